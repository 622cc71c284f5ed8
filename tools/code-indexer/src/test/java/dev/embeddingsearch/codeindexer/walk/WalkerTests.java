/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class WalkerTests {

    private static final PersonIdent SOMEBODY = new PersonIdent("somebody", "somebody@example.com");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Skipped skipped = new Skipped();
    private Path root;

    @Before
    public void makeRoot() throws IOException {
        root = folder.newFolder("project").toPath().toRealPath();
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> paths(String... excludes) throws IOException {
        return new Walker(root, List.of(excludes), skipped)
                .files().stream().map(SourceFile::path).toList();
    }

    @Test
    public void testSourcesAreFoundInOrder() throws IOException {
        write("b.py", "x = 1");
        write("a/A.java", "class A {}");
        write("README.md", "words");
        write("logo.png", "no picture");
        write("Makefile", "all:");
        assertEquals(List.of("Makefile", "a/A.java", "b.py"), paths());
        assertEquals(2, skipped.count(Skip.NOT_SOURCE));
    }

    @Test
    public void testInnerGitignoreOverridesOuter() throws IOException {
        write(".gitignore", "*.gen.java\n/build/\nlogs/**/debug.py\n# no.java\n\\#yes.java\n");
        write("A.gen.java", "");
        write("build/B.java", "");
        write("src/build/C.java", "");
        write("src/.gitignore", "!Kept.gen.java\nLocal.java\n");
        write("src/Kept.gen.java", "");
        write("src/Lost.gen.java", "");
        write("src/Local.java", "");
        write("Local.java", "");
        write("logs/a/b/debug.py", "");
        write("no.java", "");
        write("#yes.java", "");
        assertEquals(List.of("Local.java", "no.java", "src/Kept.gen.java", "src/build/C.java"), paths());
        assertEquals(6, skipped.count(Skip.IGNORED));
    }

    @Test
    public void testNothingInsideAnIgnoredFolderComesBack() throws IOException {
        write(".gitignore", "out/\n");
        write("out/.gitignore", "!A.java\n");
        write("out/A.java", "");
        write("B.java", "");
        assertEquals(List.of("B.java"), paths());
    }

    @Test
    public void testRulesAboveTheFolderCount() throws Exception {
        Git.init().setDirectory(root.toFile()).call().close();
        write(".git/info/exclude", "Private.java\n");
        write(".gitignore", "module/target/\n");
        write("module/target/A.java", "");
        write("module/src/B.java", "");
        write("module/src/Private.java", "");
        Path top = root;
        root = root.resolve("module");
        assertEquals(List.of("src/B.java"), paths());
        root = top;
    }

    @Test
    public void testAnIgnoredFolderThatIsAskedForIsNoPartOfTheRepository() throws Exception {
        try (Git git = Git.init().setDirectory(root.toFile()).call()) {
            write(".gitignore", "downloads/\n*.gen.java\n");
            write("A.java", "");
            write("downloads/lib/B.java", "");
            write("downloads/lib/C.gen.java", "");
            write("downloads/lib/D.java", "");
            write("downloads/lib/.gitignore", "D.java\n");
            git.add().addFilepattern(".").call();
            RevCommit commit = git.commit()
                    .setMessage("all")
                    .setAuthor(SOMEBODY)
                    .setCommitter(SOMEBODY)
                    .setSign(false)
                    .call();
            assertEquals(List.of("A.java"), paths());
            assertEquals(commit.name(), Checkout.commit(root));
        }
        root = root.resolve("downloads/lib");
        assertEquals(List.of("B.java", "C.gen.java"), paths());
        assertEquals("", Checkout.commit(root));
    }

    @Test
    public void testFoldersOfToolsAndExcludesAreLeftOut() throws IOException {
        write("node_modules/x/index.js", "");
        write(".git/hooks/pre-commit.py", "");
        write("src/test/T.java", "");
        write("src/main/M.java", "");
        assertEquals(List.of("src/main/M.java"), paths("src/test/**"));
        assertEquals(3, skipped.count(Skip.EXCLUDED));
    }

    @Test
    public void testExcludesAreThoseOfAGitignore() throws IOException {
        write("testdata/A.java", "");
        write("src/testdata/deep/B.java", "");
        write("vendor/C.java", "");
        write("src/vendor/D.java", "");
        write("src/Main.java", "");
        write("src/Old.java", "");
        assertEquals(List.of("src/Main.java"), paths("**/testdata/**", "vendor/", "Old.java"));
        assertEquals(
                List.of("src/Main.java", "src/Old.java", "src/testdata/deep/B.java", "src/vendor/D.java"),
                paths("/testdata", "/vendor/"));
        assertEquals(List.of("src/Main.java"), paths("*.java", "!Main.java"));
    }

    @Test
    public void testExcludesThatMatchNothingAreTold() throws IOException {
        write("vendor/C.java", "");
        write("A.java", "");
        Walker walker = new Walker(root, List.of("vendor/", "vender/", "*.java", "#note", "C.java"), skipped);
        assertEquals(List.of(), walker.files());
        // Nothing below vendor/ is looked at.
        assertEquals(List.of("vender/", "#note", "C.java"), walker.unmatchedExcludes());
    }

    @Test
    public void testScriptsAreFoundByTheirFirstLine() throws IOException {
        write("bin/serve", "#!/usr/bin/env -S python3.12 -u\nprint(1)\n");
        write("bin/build", "#! /bin/bash\nmake\n");
        write("bin/run.cgi", "#!/usr/bin/perl -w\n1;\n");
        write("bin/tool", "#!/opt/tools/tool\n");
        write("bin/notes", "words\n");
        write("bin/empty", "");
        List<SourceFile> files = new Walker(root, List.of(), skipped).files();
        assertEquals(
                List.of("bin/build SHELL", "bin/run.cgi PERL", "bin/serve PYTHON"),
                files.stream().map(file -> file.path() + " " + file.language()).toList());
        assertEquals(3, skipped.count(Skip.NOT_SOURCE));
    }

    @Test
    public void testLinksAreNotFollowed() throws IOException {
        write("a/A.java", "class A {}");
        Files.createSymbolicLink(root.resolve("a/loop"), root);
        Files.createSymbolicLink(root.resolve("a/B.java"), root.resolve("a/A.java"));
        Files.createSymbolicLink(root.resolve("dangling.java"), root.resolve("nowhere"));
        assertEquals(List.of("a/A.java"), paths());
        assertEquals(3, skipped.count(Skip.LINK));
    }
}
