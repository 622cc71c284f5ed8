/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one node is told: its ports on the loopback address, its heap and what else goes into opensearch.yml.
 *
 * @param heap as the JVM takes it, for example {@code 512m}
 * @param jvm further options of the JVM; empty for none
 * @param yml settings by full name; values are strings, numbers, booleans or lists of these
 */
public record NodeSettings(
        String name, int httpPort, int transportPort, String heap, String jvm, Map<String, Object> yml) {

    private static final String SMALL_HEAP = "512m";

    public NodeSettings {
        yml = Collections.unmodifiableMap(new LinkedHashMap<>(yml));
    }

    /** A node that is a cluster of its own, on free ports. */
    public static NodeSettings single(String name) throws IOException {
        return onFreePorts(name).with("discovery.type", "single-node");
    }

    /** Nodes that form one cluster, on free ports. Start them all before you wait for one. */
    public static List<NodeSettings> cluster(List<String> names) throws IOException {
        List<NodeSettings> alone = new ArrayList<>();
        for (String name : names) {
            alone.add(onFreePorts(name));
        }
        List<String> hosts =
                alone.stream().map(node -> "127.0.0.1:" + node.transportPort()).toList();
        return alone.stream()
                .map(node ->
                        node.with("discovery.seed_hosts", hosts).with("cluster.initial_cluster_manager_nodes", names))
                .toList();
    }

    private static NodeSettings onFreePorts(String name) throws IOException {
        // The disk may be nearly full for reasons that are not ours; OpenSearch would make its indices read-only.
        Map<String, Object> settings = Map.of("cluster.routing.allocation.disk.threshold_enabled", false);
        return new NodeSettings(name, Ports.free(), Ports.free(), SMALL_HEAP, "", settings);
    }

    public NodeSettings onHttpPort(int port) {
        return new NodeSettings(name, port, transportPort, heap, jvm, yml);
    }

    public NodeSettings withHeap(String size) {
        return new NodeSettings(name, httpPort, transportPort, size, jvm, yml);
    }

    public NodeSettings withJvm(String options) {
        return new NodeSettings(name, httpPort, transportPort, heap, options, yml);
    }

    /** Adds a setting, in place of one of that name. */
    public NodeSettings with(String setting, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(yml);
        more.put(setting, value);
        return new NodeSettings(name, httpPort, transportPort, heap, jvm, more);
    }
}
