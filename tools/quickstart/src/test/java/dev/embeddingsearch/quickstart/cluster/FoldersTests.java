/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class FoldersTests {

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    private Path target;

    @Before
    public void nameTarget() {
        target = temporary.getRoot().toPath().resolve("a/target");
    }

    private Path zip(String... names) throws IOException {
        Path zip = temporary.newFile().toPath();
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        return zip;
    }

    @Test
    public void testAZipIsUnpackedAsItIsAndReplacesWhatWasThere() throws IOException {
        Folders.unzip(zip("old/A.java"), target);
        Folders.unzip(zip("org/", "org/x/A.java", "META-INF/MANIFEST.MF"), target);
        assertEquals("org/x/A.java", Files.readString(target.resolve("org/x/A.java")));
        assertEquals("META-INF/MANIFEST.MF", Files.readString(target.resolve("META-INF/MANIFEST.MF")));
        assertFalse(Files.exists(target.resolve("old")));
    }

    @Test
    public void testTheTopFolderIsLeftOut() throws IOException {
        Folders.unzipInside(zip("opensearch-3/", "opensearch-3/bin/run"), target);
        assertEquals("opensearch-3/bin/run", Files.readString(target.resolve("bin/run")));
    }

    @Test
    public void testNothingIsWrittenOutsideTheTarget() throws IOException {
        Path zip = zip("../outside");
        IOException refused = assertThrows(IOException.class, () -> Folders.unzip(zip, target));
        assertEquals("entry [../outside] of [" + zip + "] leads out of the target folder", refused.getMessage());
        assertFalse(Files.exists(target.resolveSibling("outside")));
    }
}
