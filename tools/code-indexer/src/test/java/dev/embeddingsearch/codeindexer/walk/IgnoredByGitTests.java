/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What git ignores is left out, and nothing else: compared with git itself on trees and rules that chance makes. */
public class IgnoredByGitTests {

    private static final int TREES = 15;
    private static final int FILES = 40;

    private static final String[] NAMES = {
        "a", "b", "ab", "abc", "A", "a b", "#a", "!a", "[a]", "a-b", "ä", "build", "a.b", "x*", "{a,b}", "a ", "..a",
        "a\\b"
    };
    private static final String[] ATOMS = {
        "a",
        "b",
        "ab",
        "A",
        "build",
        "*",
        "?",
        "**",
        "***",
        "[ab]",
        "[!a]",
        "[^b]",
        "[a-c]",
        "[]a]",
        "[a",
        "[a\\-b]",
        "[[:alpha:]]",
        "[[:upper:]]",
        "[[:x:]]",
        "[[:a]",
        "\\*",
        "\\a",
        "\\",
        "a*",
        "*b",
        "a**",
        "**b",
        ".",
        "-",
        "ä",
        " ",
        "\\ ",
        "#",
        "!",
        "{a,b}",
        "*.py",
        ".py",
        "\t"
    };

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    // Told with each failure; a run takes its own.
    private final long seed = Long.getLong("tests.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private GitCommand git;
    private Path root;
    private Path excludesFile;

    @Before
    public void makeRoot() throws IOException {
        git = new GitCommand(folder.newFolder("home").toPath());
        root = folder.newFolder("project").toPath().toRealPath();
        excludesFile = folder.newFolder("settings").toPath().resolve("ignore");
    }

    private String any(String[] of) {
        return of[random.nextInt(of.length)];
    }

    private String pattern() {
        StringBuilder pattern = new StringBuilder(random.nextInt(4) == 0 ? "!" : "");
        pattern.append(random.nextInt(4) == 0 ? "/" : "");
        for (int parts = random.nextInt(3); parts >= 0; parts--) {
            for (int atoms = random.nextInt(2); atoms >= 0; atoms--) {
                pattern.append(any(ATOMS));
            }
            pattern.append(parts > 0 ? "/" : "");
        }
        return pattern + (random.nextInt(4) == 0 ? "/" : "") + any(new String[] {"", "", "", " ", "\r"});
    }

    private String rules() {
        StringBuilder rules = new StringBuilder(random.nextInt(8) == 0 ? "\ufeff" : "");
        for (int i = random.nextInt(4); i >= 0; i--) {
            rules.append(pattern()).append(i > 0 || random.nextBoolean() ? "\n" : "");
        }
        return rules.toString();
    }

    private Path anyFolder(Path top) {
        Path path = top;
        for (int depth = random.nextInt(3); depth > 0; depth--) {
            path = path.resolve(any(NAMES));
        }
        return path;
    }

    private void fill(Path top) throws IOException {
        for (int i = 0; i < FILES; i++) {
            write(anyFolder(top).resolve(any(NAMES) + ".py"), "x = 1\n");
        }
        for (int i = 0; i < 3; i++) {
            write(anyFolder(top).resolve(".gitignore"), rules());
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void init(Path top) {
        git.run(top, "init", "-q");
        configure(top);
    }

    /** With an excludes file in any case, since that of whoever runs this must not count. */
    private void configure(Path top) {
        git.run(top, "config", "core.excludesFile", excludesFile.toString());
        git.run(top, "config", "core.ignoreCase", Boolean.toString(random.nextInt(4) == 0));
    }

    private static List<String> sources(Path top) throws IOException {
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> top.relativize(file).toString())
                    .filter(path -> path.endsWith(".py"))
                    .sorted()
                    .toList();
        }
    }

    private static Set<String> walked(Path top) throws IOException {
        Set<String> paths = new TreeSet<>();
        new Walker(top, List.of(), new Skipped()).files().forEach(file -> paths.add(file.path()));
        return paths;
    }

    private void check(Path top, List<String> sources) throws IOException {
        Set<String> kept = new TreeSet<>(sources);
        git.ignored(top, sources).forEach(kept::remove);
        checkWalked(kept, top);
    }

    private void checkWalked(Set<String> kept, Path top) throws IOException {
        Set<String> sent = walked(top);
        for (String path : sent) {
            if (!kept.contains(path)) {
                throw new AssertionError("git ignores, but not we: " + why(top, path));
            }
        }
        for (String path : kept) {
            if (!sent.contains(path)) {
                throw new AssertionError("git does not ignore, but we do: " + why(top, path));
            }
        }
    }

    /** With the rule that git follows. */
    private String why(Path top, String path) {
        Path file = top.resolve(path);
        String rule = git.run(
                file.getParent(),
                List.of(0, 1),
                "",
                "check-ignore",
                "--no-index",
                "-v",
                "-n",
                "--",
                "./" + file.getFileName());
        return "[" + path + "] in " + top + ", seed " + seed + "\n" + rule;
    }

    private void trackSome(Path top) throws IOException {
        List<String> sources = sources(top);
        for (int i = random.nextInt(4); i > 0; i--) {
            git.run(top, "add", "-f", "--", "./" + sources.get(random.nextInt(sources.size())));
        }
    }

    private void eachTree(Check check) throws IOException {
        for (int i = 0; i < TREES; i++) {
            Path top = Files.createDirectories(root.resolve("tree" + i));
            write(excludesFile, rules());
            check.run(top);
        }
    }

    private interface Check {
        void run(Path top) throws IOException;
    }

    @Test
    public void testNestedRulesExcludesAndTrackedFiles() throws IOException {
        eachTree(top -> {
            init(top);
            fill(top);
            write(top.resolve(".git/info/exclude"), rules());
            trackSome(top);
            check(top, sources(top));
        });
    }

    @Test
    public void testFolderWithinAWorkTree() throws IOException {
        eachTree(top -> {
            init(top);
            fill(top);
            Path inner = Files.createDirectories(anyFolder(top).resolve(any(NAMES)));
            fill(inner);
            // One that is ignored itself is asked for by name, and then no part of the repository.
            String path = top.relativize(inner).toString();
            if (git.ignored(top, List.of(path)).isEmpty()) {
                Set<String> kept = new TreeSet<>(sources(inner));
                List<String> fromTop =
                        kept.stream().map(file -> path + "/" + file).toList();
                git.ignored(top, fromTop).forEach(file -> kept.remove(file.substring(path.length() + 1)));
                checkWalked(kept, inner);
            }
        });
    }

    @Test
    public void testLinkedWorkTrees() throws IOException {
        Path main = Files.createDirectories(root.resolve("main"));
        init(main);
        git.run(main, "commit", "-q", "--allow-empty", "-m", "first");
        for (int i = 0; i < TREES / 3; i++) {
            write(excludesFile, rules());
            write(main.resolve(".git/info/exclude"), rules());
            Path linked = root.resolve("linked" + i);
            git.run(main, "worktree", "add", "-q", "--detach", linked.toString());
            fill(linked);
            trackSome(linked);
            check(linked, sources(linked));
        }
    }

    @Test
    public void testSubmodulesAndOtherRepositoriesHaveTheirOwnRules() throws IOException {
        Path library = Files.createDirectories(root.resolve("library"));
        git.run(library, "init", "-q");
        git.run(library, "commit", "-q", "--allow-empty", "-m", "first");
        for (int i = 0; i < TREES / 3; i++) {
            Path top = Files.createDirectories(root.resolve("tree" + i));
            write(excludesFile, rules());
            init(top);
            fill(top);
            // Tracked, so it is entered whatever the rules around it say.
            git.run(top, "submodule", "--quiet", "add", "-f", library.toString(), "libs/module");
            Path module = top.resolve("libs/module");
            configure(module);
            Path nested = Files.createDirectories(top.resolve("nested"));
            init(nested);
            for (Path inner : List.of(module, nested)) {
                fill(inner);
                write(
                        top.resolve(git.run(inner, "rev-parse", "--absolute-git-dir")
                                        .strip())
                                .resolve("info/exclude"),
                        rules());
            }
            trackSome(module);
            Set<String> kept = new TreeSet<>();
            List<String> own = sources(top).stream()
                    .filter(path -> !path.startsWith("libs/module/") && !path.startsWith("nested/"))
                    .toList();
            kept.addAll(own);
            git.ignored(top, own).forEach(kept::remove);
            addKept(top, module, kept);
            if (git.ignored(top, List.of("nested")).isEmpty()) {
                addKept(top, nested, kept);
            }
            checkWalked(kept, top);
        }
    }

    private void addKept(Path top, Path inner, Set<String> kept) throws IOException {
        Set<String> ignored = git.ignored(inner, sources(inner));
        sources(inner).stream()
                .filter(path -> !ignored.contains(path))
                .forEach(path -> kept.add(top.relativize(inner) + "/" + path));
    }

    @Test
    public void testSettingsOfALinkedWorkTreeAndConditionalOnesCount() throws IOException {
        Path main = Files.createDirectories(root.resolve("main"));
        git.run(main, "init", "-q");
        git.run(main, "commit", "-q", "--allow-empty", "-m", "first");
        Path included = folder.getRoot().toPath().resolve("included");
        write(included, "[core]\n\texcludesFile = " + excludesFile + "\n");
        git.run(main, "config", "includeIf.gitdir:" + root + "/.path", included.toString());
        write(excludesFile, "secret.py\n");
        write(main.resolve("secret.py"), "x = 1\n");
        write(main.resolve("open.py"), "x = 1\n");
        check(main, sources(main));
        assertEquals(Set.of("open.py"), walked(main));
    }

    @Test
    public void testDefaultExcludesFileIsInTheFolderOfSettings() {
        assertEquals(Path.of("/x/git/ignore"), WorkTree.defaultExcludesFile(Map.of("XDG_CONFIG_HOME", "/x")));
        assertEquals(
                Path.of("/h/.config/git/ignore"),
                WorkTree.defaultExcludesFile(Map.of("XDG_CONFIG_HOME", "", "HOME", "/h")));
    }
}
