/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Patterns for what is below a folder, as a {@code .gitignore} has them: the last that matches decides. */
final class GitPatterns {

    private final Path folder;
    private final List<GitPattern> patterns;
    private final Set<String> unmatched = new LinkedHashSet<>();

    private GitPatterns(Path folder, List<GitPattern> patterns) {
        this.folder = folder;
        this.patterns = patterns;
    }

    static GitPatterns of(Path folder, List<String> lines, boolean ignoreCase) {
        List<GitPattern> patterns = new ArrayList<>();
        GitPatterns list = new GitPatterns(folder, patterns);
        for (String line : lines) {
            Optional<GitPattern> pattern = GitPattern.of(line, ignoreCase);
            pattern.ifPresent(patterns::add);
            list.unmatched.add(pattern.map(GitPattern::text).orElse(line));
        }
        return list;
    }

    /** Those of a file; none if there is no such file. */
    static GitPatterns read(Path folder, Path file, boolean ignoreCase) {
        return of(folder, lines(file), ignoreCase);
    }

    /** Those of a folder's own file, which git does not follow if it is a link. */
    static GitPatterns ofFolder(Path folder, boolean ignoreCase) {
        Path file = folder.resolve(".gitignore");
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? read(folder, file, ignoreCase)
                : of(folder, List.of(), ignoreCase);
    }

    private static List<String> lines(Path file) {
        try {
            // A line that is not UTF-8 must not take the others with it.
            String text = Files.isRegularFile(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
            return List.of((text.startsWith("\ufeff") ? text.substring(1) : text).split("\n", -1));
        } catch (IOException e) {
            // Rules that cannot be read ignore nothing; the files themselves are reported if they cannot be read.
            return List.of();
        }
    }

    /** A file as git names it from a folder: with forward slashes. */
    static String path(Path folder, Path file) {
        String path = folder.relativize(file).toString();
        return File.separatorChar == '/' ? path : path.replace(File.separatorChar, '/');
    }

    boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** Whether to leave a file or folder out, or to keep it; nothing if no pattern says. */
    Optional<Boolean> leavesOut(Path file, boolean isFolder) {
        String path = GitPattern.bytes(path(folder, file));
        for (int i = patterns.size() - 1; i >= 0; i--) {
            if (patterns.get(i).matches(path, isFolder)) {
                return Optional.of(!patterns.get(i).keeps());
            }
        }
        return Optional.empty();
    }

    /** Notes which patterns match, whatever the others say. */
    void note(Path file, boolean isFolder) {
        if (!unmatched.isEmpty()) {
            String path = GitPattern.bytes(path(folder, file));
            patterns.stream()
                    .filter(pattern -> pattern.matches(path, isFolder))
                    .forEach(pattern -> unmatched.remove(pattern.text()));
        }
    }

    /** The lines that matched nothing of what was noted. */
    List<String> unmatched() {
        return List.copyOf(unmatched);
    }
}
