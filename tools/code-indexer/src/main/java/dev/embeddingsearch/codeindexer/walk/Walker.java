/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import dev.embeddingsearch.codeindexer.split.Language;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
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

    private final Path root;
    private final List<PathMatcher> excludes = new ArrayList<>();
    private final Skipped skipped;

    /**
     * A walker of one folder.
     *
     * @param excludes globs of paths below the folder to leave out, as in {@code **}{@code /testdata/**}
     */
    public Walker(Path root, List<String> excludes, Skipped skipped) {
        this.root = root;
        this.skipped = skipped;
        excludes.forEach(glob -> this.excludes.add(FileSystems.getDefault().getPathMatcher("glob:" + glob)));
    }

    /** Finds them all; what cannot be looked at is reported and left out. */
    public List<SourceFile> files() throws IOException {
        List<SourceFile> files = new ArrayList<>();
        Files.walkFileTree(root, new Visitor(files));
        files.sort((a, b) -> a.path().compareTo(b.path()));
        return Collections.unmodifiableList(files);
    }

    private String name(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private boolean excluded(Path file) {
        Path path = root.relativize(file);
        return excludes.stream().anyMatch(exclude -> exclude.matches(path));
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
                rules.push(IgnoreRules.above(root).within(root));
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
            Optional<Language> language = Language.of(file.getFileName().toString());
            Optional<Skip> reason = unwanted(file, false);
            if (reason.isEmpty() && attributes.isSymbolicLink()) {
                reason = Optional.of(Skip.LINK);
            } else if (reason.isEmpty() && (language.isEmpty() || !attributes.isRegularFile())) {
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
            if (rules.peek().ignores(file, isFolder)) {
                return Optional.of(Skip.IGNORED);
            }
            return excluded(file) ? Optional.of(Skip.EXCLUDED) : Optional.empty();
        }
    }
}
