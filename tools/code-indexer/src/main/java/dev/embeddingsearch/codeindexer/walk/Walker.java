/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import dev.embeddingsearch.codeindexer.split.Language;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lists the source files below a folder, in the order of their names. Links are not followed, so there are no loops. */
public final class Walker {

    // Where tools keep what others wrote, in repositories or beside them.
    private static final Set<String> FOREIGN_FOLDERS =
            Set.of(".git", ".hg", ".svn", "node_modules", "bower_components", "__pycache__", ".venv", ".tox", ".idea");

    // As far as Linux reads it.
    private static final int LONGEST_SHEBANG = 255;

    private final Path root;
    private final GitPatterns excludes;
    private final Skipped skipped;

    /**
     * A walker of one folder.
     *
     * @param excludes patterns of paths to leave out, as a {@code .gitignore} in the folder would have them
     */
    public Walker(Path root, List<String> excludes, Skipped skipped) {
        this.root = root;
        this.skipped = skipped;
        this.excludes = GitPatterns.of(root, excludes, false);
    }

    /** Finds them all; what cannot be looked at is reported and left out. */
    public List<SourceFile> files() throws IOException {
        List<SourceFile> files = new ArrayList<>();
        Files.walkFileTree(root, new Visitor(files));
        files.sort((a, b) -> a.path().compareTo(b.path()));
        return Collections.unmodifiableList(files);
    }

    private String name(Path file) {
        return GitPatterns.path(root, file);
    }

    /** The patterns to leave out that matched nothing of what was met. */
    public List<String> unmatchedExcludes() {
        return excludes.unmatched();
    }

    private final class Visitor extends SimpleFileVisitor<Path> {

        private final List<SourceFile> files;
        private final Deque<IgnoreRules> rules = new ArrayDeque<>();

        Visitor(List<SourceFile> files) {
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (folder.equals(root)) {
                rules.push(IgnoreRules.in(root));
                return FileVisitResult.CONTINUE;
            }
            Optional<Skip> reason =
                    FOREIGN_FOLDERS.contains(folder.getFileName().toString())
                            ? Optional.of(Skip.EXCLUDED)
                            : unwanted(folder, true);
            if (reason.isPresent()) {
                skipped.add(reason.get(), name(folder));
                return FileVisitResult.SKIP_SUBTREE;
            }
            rules.push(rules.peek().within(folder));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException failure) {
            if (failure != null) {
                skipped.add(Skip.UNREADABLE, name(folder));
            }
            rules.pop();
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Optional<Skip> reason = unwanted(file, false);
            Optional<Language> language =
                    reason.isEmpty() && attributes.isRegularFile() ? language(file) : Optional.empty();
            if (reason.isEmpty() && attributes.isSymbolicLink()) {
                reason = Optional.of(Skip.LINK);
            } else if (reason.isEmpty() && language.isEmpty()) {
                reason = Optional.of(Skip.NOT_SOURCE);
            }
            reason.ifPresentOrElse(
                    why -> skipped.add(why, name(file)),
                    () -> files.add(new SourceFile(name(file), file, language.orElseThrow())));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            skipped.add(failure instanceof NoSuchFileException ? Skip.GONE : Skip.UNREADABLE, name(file));
            return FileVisitResult.CONTINUE;
        }

        private Optional<Skip> unwanted(Path file, boolean isFolder) {
            excludes.note(file, isFolder);
            if (rules.peek().ignores(file, isFolder)) {
                return Optional.of(Skip.IGNORED);
            }
            return excludes.leavesOut(file, isFolder).orElse(false) ? Optional.of(Skip.EXCLUDED) : Optional.empty();
        }

        /** By its name, else by what its first line says runs it. */
        private static Optional<Language> language(Path file) {
            Optional<Language> named = Language.of(file.getFileName().toString());
            return named.isPresent() ? named : Language.ofScript(firstLine(file));
        }

        private static String firstLine(Path file) {
            try (InputStream start = Files.newInputStream(file)) {
                String text = new String(start.readNBytes(LONGEST_SHEBANG), StandardCharsets.ISO_8859_1);
                return text.startsWith("#!") ? text.lines().findFirst().orElse("") : "";
            } catch (IOException e) {
                // What cannot be read is no script that anyone could run.
                return "";
            }
        }
    }
}
