/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PeerZipsTests {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void inTheOrderOfInstallation() throws IOException {
        List<String> names = List.of(
                "opensearch-job-scheduler-3.6.0.0.zip",
                "opensearch-ml-plugin-3.6.0.0.zip",
                "opensearch-knn-3.6.0.0.zip",
                "neural-search-3.6.0.0.zip");
        for (String name : names) {
            folder.newFile(name);
        }
        Path root = folder.getRoot().toPath();
        assertEquals(names.stream().map(root::resolve).toList(), PeerZips.in(root, "3.6.0"));
    }

    @Test
    public void whatIsMissingSaysHowToFetchIt() {
        Path root = folder.getRoot().toPath();
        SetupException e = assertThrows(SetupException.class, () -> PeerZips.in(root, "3.8.0"));
        assertTrue(e.getMessage(), e.getMessage().contains("opensearch-job-scheduler-3.8.0.0.zip"));
        assertTrue(e.getMessage(), e.getMessage().contains("-Plucene104,peers"));
        assertTrue(e.getMessage(), e.getMessage().contains("this build is of OpenSearch 3.8.0"));
    }
}
