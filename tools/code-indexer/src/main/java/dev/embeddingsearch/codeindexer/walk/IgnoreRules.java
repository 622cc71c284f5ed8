/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What git ignores in a folder, by all its rules: the innermost {@code .gitignore} that says anything counts, then
 * {@code info/exclude}, then {@code core.excludesFile}. In a repository within the repository that one's rules count alone.
 */
final class IgnoreRules {

    private final WorkTree tree;
    private final GitPatterns patterns;
    private final IgnoreRules outer;
    private final boolean all;

    /** @param all whether the folder itself is ignored, so that only what is tracked counts in it */
    private IgnoreRules(WorkTree tree, GitPatterns patterns, IgnoreRules outer, boolean all) {
        this.tree = tree;
        this.patterns = patterns;
        this.outer = outer;
        this.all = all;
    }

    /** Those that hold in a folder, with the ones above it if it belongs to what is checked out there. */
    static IgnoreRules in(Path folder) {
        return ofWorkTree(folder).orElseGet(() -> at(WorkTree.none(folder)));
    }

    /** The commit that is checked out in a folder; empty if it is ignored there, and has nothing to do with it. */
    static String commit(Path folder) {
        return ofWorkTree(folder).map(rules -> rules.tree.commit()).orElse("");
    }

    private static Optional<IgnoreRules> ofWorkTree(Path folder) {
        for (Path top = folder; top != null; top = top.getParent()) {
            Optional<WorkTree> tree = WorkTree.at(top);
            if (tree.isPresent()) {
                return down(at(tree.get()), top, folder);
            }
        }
        return Optional.empty();
    }

    private static Optional<IgnoreRules> down(IgnoreRules rules, Path top, Path folder) {
        IgnoreRules inner = rules;
        Path path = top;
        while (!path.equals(folder)) {
            path = path.resolve(path.relativize(folder).getName(0));
            if (inner.ignores(path, true)) {
                return Optional.empty();
            }
            inner = inner.within(path);
        }
        return Optional.of(inner);
    }

    private static IgnoreRules at(WorkTree tree) {
        return new IgnoreRules(tree, GitPatterns.ofFolder(tree.top(), tree.ignoreCase()), null, false);
    }

    /** Those of a folder further in. */
    IgnoreRules within(Path inner) {
        Optional<WorkTree> own = WorkTree.at(inner);
        if (own.isPresent()) {
            return at(own.get());
        }
        if (all || matches(inner, true)) {
            return new IgnoreRules(tree, patterns, outer, true);
        }
        GitPatterns more = GitPatterns.ofFolder(inner, tree.ignoreCase());
        return more.isEmpty() ? this : new IgnoreRules(tree, more, this, false);
    }

    boolean ignores(Path file, boolean isFolder) {
        return (all || matches(file, isFolder)) && !tree.tracks(file, isFolder);
    }

    private boolean matches(Path file, boolean isFolder) {
        for (IgnoreRules level = this; level != null; level = level.outer) {
            Optional<Boolean> said = level.patterns.leavesOut(file, isFolder);
            if (said.isPresent()) {
                return said.get();
            }
        }
        for (GitPatterns list : tree.ignored()) {
            Optional<Boolean> said = list.leavesOut(file, isFolder);
            if (said.isPresent()) {
                return said.get();
            }
        }
        return false;
    }
}
