/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import dev.embeddingsearch.quickstart.cluster.Account;
import dev.embeddingsearch.quickstart.cluster.Distribution;
import dev.embeddingsearch.quickstart.cluster.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The distribution, with the plugin, beside others and without, each unpacked once for all test classes. */
final class Distributions {

    private Distributions() {}

    static Distribution withPlugin() {
        return WithPlugin.UNPACKED;
    }

    /** The plugin beside one that brings the codec {@code zstd}. */
    static Distribution withZstd() {
        return WithZstd.UNPACKED;
    }

    /** The plugin beside OpenSearch's own for vectors and models. */
    static Distribution withNeighbours() {
        return WithNeighbours.UNPACKED;
    }

    /** OpenSearch and the plugin of the Lucene line before. */
    static Distribution ofLineBefore() {
        return OfLineBefore.UNPACKED;
    }

    static Distribution plain() {
        return Plain.UNPACKED;
    }

    private static final class WithPlugin {
        static final Distribution UNPACKED = unpack("with-plugin", List.of("plugin.zip"));
    }

    private static final class WithZstd {
        static final Distribution UNPACKED = unpack("with-zstd", List.of("plugin.zip", "zstd.zip"));
    }

    private static final class WithNeighbours {
        static final Distribution UNPACKED = unpack(
                "with-neighbours",
                List.of("job-scheduler.zip", "ml.zip", "knn.zip", "neural-search.zip", "plugin.zip"));
    }

    private static final class OfLineBefore {
        static final Distribution UNPACKED =
                unpack("line-before", "before.distribution.zip", List.of("before.plugin.zip"));
    }

    private static final class Plain {
        static final Distribution UNPACKED = unpack("plain", List.of());
    }

    private static Distribution unpack(String name, List<String> plugins) {
        return unpack(name, "distribution.zip", plugins);
    }

    /**
     * @param zip the system property that names its zip
     * @param plugins system properties that name their zips
     */
    private static Distribution unpack(String name, String zip, List<String> plugins) {
        try {
            Account account = Account.current();
            Path folder = account.folder(folder(name));
            deleteAtEnd(folder);
            Folders.delete(folder.resolve("nodes"));
            Distribution distribution = Distribution.unpack(Path.of(System.getProperty(zip)), folder, account);
            for (String plugin : plugins) {
                distribution.install(Path.of(System.getProperty(plugin)));
            }
            return distribution;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder of this JVM's own, since others run tests beside it. */
    static Path folder(String name) {
        return Path.of(
                System.getProperty("java.io.tmpdir"), "integ-" + System.getProperty("org.gradle.test.worker"), name);
    }

    /** The logs stay for a look at what went wrong, where the folder lies in the build's own. */
    private static void deleteAtEnd(Path folder) {
        if (folder.getFileName().toString().startsWith(Account.FOLDER_PREFIX)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "delete " + folder));
        }
    }

    private static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
