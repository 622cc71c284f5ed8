/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The zips of k-NN and neural-search, with the plugins that they need before them. */
final class PeerZips {

    private static final List<String> NAMES =
            List.of("opensearch-job-scheduler", "opensearch-ml-plugin", "opensearch-knn", "neural-search");

    private PeerZips() {}

    /** In the order in which they can be installed. */
    static List<Path> in(Path folder, String openSearch) {
        List<Path> zips = NAMES.stream()
                .map(name -> folder.resolve(name + "-" + openSearch + ".0.zip"))
                .toList();
        for (Path zip : zips) {
            if (!Files.isRegularFile(zip)) {
                throw new SetupException(
                        "There is no [%s]. Maven Central has these plugins for OpenSearch 3.6.0 only, and this build is of OpenSearch "
                                        .formatted(zip)
                                + openSearch
                                + ": build with ./mvnw -Plucene104,peers -Dmaven.test.skip=true clean package, which"
                                + " fetches them.");
            }
        }
        return zips;
    }
}
