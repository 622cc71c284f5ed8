/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import org.junit.Test;

public class DiskSpaceTests {

    @Test
    public void testFullDiskIsSaidInMegabytes() throws Exception {
        Path here = Path.of("").toAbsolutePath();
        DiskSpace.require(here, 0);
        SetupException refused = assertThrows(SetupException.class, () -> DiskSpace.require(here, 1L << 60));
        assertTrue(
                refused.getMessage(),
                refused.getMessage()
                        .matches("The disk of \\[.+] has \\d+ MB left and 1099511627776 MB are needed: make room there"
                                + " and try again\\."));
    }
}
