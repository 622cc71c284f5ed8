/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.eclipse.jgit.ignore.IgnoreNode.MatchResult;

/** The rules of the .gitignore files from a folder up to the top of its repository: the innermost that says anything counts. */
final class IgnoreRules {

    private static final String FILE = ".gitignore";

    private final Path folder;
    private final IgnoreNode rules;
    private final IgnoreRules outer;

    private IgnoreRules(Path folder, IgnoreNode rules, IgnoreRules outer) {
        this.folder = folder;
        this.rules = rules;
        this.outer = outer;
    }

    /** Those that hold in a folder, with the ones above it if it belongs to a repository. */
    static IgnoreRules above(Path folder) {
        return ofRepository(folder).orElseGet(() -> exclude(folder));
    }

    /** Whether a folder is inside a repository, but ignored there: what is checked out has nothing to do with it. */
    static boolean isForeign(Path folder) {
        return ofRepository(folder).isEmpty();
    }

    private static Optional<IgnoreRules> ofRepository(Path folder) {
        Path top = top(folder);
        IgnoreRules rules = exclude(top);
        while (!top.equals(folder)) {
            rules = rules.within(top);
            top = top.resolve(top.relativize(folder).getName(0));
            if (rules.ignores(top, true)) {
                return Optional.empty();
            }
        }
        return Optional.of(rules);
    }

    private static Path top(Path folder) {
        for (Path top = folder; top != null; top = top.getParent()) {
            if (Files.exists(top.resolve(".git"))) {
                return top;
            }
        }
        return folder;
    }

    /** Ignored in one clone only, or nothing. */
    private static IgnoreRules exclude(Path top) {
        return new IgnoreRules(top, read(top.resolve(".git").resolve("info").resolve("exclude")), null);
    }

    /** With those of a folder further in. */
    IgnoreRules within(Path inner) {
        IgnoreNode own = read(inner.resolve(FILE));
        return own.getRules().isEmpty() ? this : new IgnoreRules(inner, own, this);
    }

    private static IgnoreNode read(Path file) {
        IgnoreNode node = new IgnoreNode();
        if (Files.isRegularFile(file)) {
            try (InputStream lines = Files.newInputStream(file)) {
                node.parse(lines);
            } catch (IOException e) {
                // Rules that cannot be read ignore nothing; the files themselves are reported if they cannot be read.
                return new IgnoreNode();
            }
        }
        return node;
    }

    boolean ignores(Path file, boolean isFolder) {
        for (IgnoreRules level = this; level != null; level = level.outer) {
            String path = level.folder.relativize(file).toString().replace('\\', '/');
            MatchResult result = level.rules.isIgnored(path, isFolder);
            if (result != MatchResult.CHECK_PARENT) {
                return result == MatchResult.IGNORED;
            }
        }
        return false;
    }
}
