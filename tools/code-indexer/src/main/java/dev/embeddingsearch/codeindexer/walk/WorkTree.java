/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * What is checked out of a repository, a linked work tree or a submodule into a folder.
 *
 * @param top where the {@code .git} is
 * @param commit its id, or empty
 * @param ignored the patterns that stand in no {@code .gitignore}, the ones that count more first
 */
record WorkTree(Path top, String commit, boolean ignoreCase, List<GitPatterns> ignored, DirCache tracked) {

    private static final String EXCLUDES_FILE = "core.excludesFile";

    /** A folder that is no work tree: nothing is ignored but by its own {@code .gitignore}s. */
    static WorkTree none(Path folder) {
        return new WorkTree(folder, "", false, List.of(), DirCache.newInCore());
    }

    /** The one whose top the folder is. */
    static Optional<WorkTree> at(Path folder) {
        if (!Files.exists(folder.resolve(Constants.DOT_GIT))) {
            return Optional.empty();
        }
        File above = folder.getParent() == null ? null : folder.getParent().toFile();
        try {
            FileRepositoryBuilder builder =
                    new FileRepositoryBuilder().addCeilingDirectory(above).findGitDir(folder.toFile());
            if (builder.getGitDir() == null) {
                return Optional.empty();
            }
            try (Repository repository = builder.setWorkTree(folder.toFile()).build()) {
                return Optional.of(read(folder, repository));
            }
        } catch (IOException e) {
            // A folder that merely looks like a repository is none.
            return Optional.empty();
        }
    }

    private static WorkTree read(Path top, Repository repository) throws IOException {
        ObjectId head = repository.resolve(Constants.HEAD);
        boolean ignoreCase =
                repository.getConfig().getBoolean(ConfigConstants.CONFIG_CORE_SECTION, "ignorecase", false);
        Path exclude = repository.getCommonDirectory().toPath().resolve("info").resolve("exclude");
        List<GitPatterns> ignored = List.of(
                GitPatterns.read(top, exclude, ignoreCase),
                GitPatterns.read(top, top.resolve(excludesFile(top, repository)), ignoreCase));
        return new WorkTree(top, head == null ? "" : head.name(), ignoreCase, ignored, tracked(repository));
    }

    private static DirCache tracked(Repository repository) {
        try {
            return repository.readDirCache();
        } catch (IOException e) {
            // An index in a form that is not known: then what is ignored is left out although it may be tracked.
            return DirCache.newInCore();
        }
    }

    private static String excludesFile(Path top, Repository repository) {
        return configured(top)
                .or(() -> Optional.ofNullable(repository.getConfig().getString("core", null, "excludesfile")))
                .map(WorkTree::expanded)
                .orElseGet(() -> defaultExcludesFile(System.getenv()).toString());
    }

    /** As git itself reads it: conditional includes and the settings of a linked work tree are beyond the library. */
    private static Optional<String> configured(Path top) {
        try {
            ProcessBuilder command = new ProcessBuilder("git", "config", "--path", "--get", EXCLUDES_FILE);
            // Set where git runs a hook, maybe for another repository.
            command.environment().keySet().removeAll(List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"));
            Process git = command.directory(top.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            git.getOutputStream().close();
            String value = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return git.waitFor() == 0 ? Optional.of(value.strip()) : Optional.empty();
        } catch (IOException e) {
            // There is no git here.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String expanded(String path) {
        return path.startsWith("~/") ? System.getProperty("user.home") + path.substring(1) : path;
    }

    /** Where git looks if nothing is configured. */
    static Path defaultExcludesFile(Map<String, String> environment) {
        String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        return (configured.isEmpty() ? home.resolve(".config") : Path.of(configured))
                .resolve("git")
                .resolve("ignore");
    }

    /** Whether git tracks a file, a submodule, or something in a folder: what it tracks it does not ignore. */
    boolean tracks(Path file, boolean isFolder) {
        String path = GitPatterns.path(top, file);
        if (tracked.findEntry(path) >= 0) {
            return true;
        }
        int first = tracked.findEntry(path + "/");
        int next = first < 0 ? -(first + 1) : first;
        return isFolder
                && next < tracked.getEntryCount()
                && tracked.getEntry(next).getPathString().startsWith(path + "/");
    }
}
