/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room on a disk. */
public final class DiskSpace {

    /** An unpacked distribution, its data and its logs. */
    public static final long FOR_ONE_CLUSTER = 1L << 30;

    private static final long MEGABYTE = 1L << 20;

    private DiskSpace() {}

    /** Refuses a folder whose disk has less room than asked for. */
    public static void require(Path folder, long bytes) throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (usable < bytes) {
            throw new SetupException(
                    "The disk of [%s] has %s MB left and %s MB are needed: make room there and try again."
                            .formatted(folder, usable / MEGABYTE, bytes / MEGABYTE));
        }
    }
}
