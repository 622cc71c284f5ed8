/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One OpenSearch node: started, stopped, killed and started again on the same data. It ends with this JVM unless
 * {@link #detach() detached}.
 */
public final class Node implements AutoCloseable {

    /** Long enough for a slow machine that is busy with other things. */
    public static final Duration START_LIMIT = Duration.ofMinutes(3);

    private static final String HEALTH = "_cluster/health?wait_for_status=yellow&timeout=2s&cluster_manager_timeout=2s";

    private final Distribution distribution;
    private final NodeSettings settings;
    private final Path folder;
    private Service service;

    Node(Distribution distribution, NodeSettings settings, Path folder) throws IOException {
        this.distribution = distribution;
        this.settings = settings;
        this.folder = folder;
        for (String part : List.of("config", "data", "logs", "tmp")) {
            Files.createDirectories(folder.resolve(part));
        }
        Folders.copyMissing(distribution.home().resolve("config"), config());
        dropPathsIntoHome();
        distribution.account().own(folder);
    }

    /** Adds a secret to the node's keystore, or replaces it; a running node reads it when told to reload. */
    public void secret(String name, String value) {
        if (!Files.exists(config().resolve("opensearch.keystore"))) {
            keystore("create the keystore", List.of("create"), "");
        }
        keystore("add [" + name + "] to the keystore", List.of("add", "--force", "--stdin", name), value);
    }

    /** Starts the node and waits until it takes requests. */
    public Node start() throws IOException {
        launch();
        awaitReady();
        return this;
    }

    /** Starts the node without waiting. */
    public void launch() throws IOException {
        if (isRunning()) {
            throw new IllegalStateException("node [" + settings.name() + "] is running already");
        }
        writeYml();
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("OPENSEARCH_TMPDIR", folder.resolve("tmp").toString());
        environment.put("OPENSEARCH_JAVA_OPTS", "-Xms%1$s -Xmx%1$s %2$s".formatted(settings.heap(), settings.jvm()));
        List<String> command = distribution.command("opensearch", List.of());
        service = Service.launch("OpenSearch node [" + settings.name() + "]", command, environment, log());
    }

    /** Waits until the cluster answers here and every primary shard is assigned. */
    public void awaitReady() {
        try {
            service.awaitOk(uri().resolve(HEALTH), START_LIMIT);
        } catch (SetupException e) {
            service.close();
            throw e;
        }
    }

    /** Where the node answers, with a slash at the end. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + settings.httpPort() + "/");
    }

    /** What the node printed, over all its starts. */
    public Path log() {
        return folder.resolve("logs").resolve("console.log");
    }

    public NodeSettings settings() {
        return settings;
    }

    public boolean isRunning() {
        return service != null && service.isRunning();
    }

    /** The process of a running node. */
    public ProcessHandle process() {
        return service.handle();
    }

    /** Lets the node outlive this JVM. */
    public void detach() {
        service.detach();
    }

    /** Ends the node as a crash would; {@link #start()} brings it back with what it had written. */
    public void kill() {
        if (service != null) {
            service.kill();
        }
    }

    /** Ends the node in order; {@link #start()} brings it back. */
    public void stop() {
        if (service != null) {
            service.close();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private Path config() {
        return folder.resolve("config");
    }

    private void writeYml() throws IOException {
        Map<String, Object> yml = new LinkedHashMap<>();
        yml.put("cluster.name", "embedding-search");
        yml.put("node.name", settings.name());
        yml.put("network.host", "127.0.0.1");
        yml.put("http.port", settings.httpPort());
        yml.put("transport.port", settings.transportPort());
        yml.put("path.data", folder.resolve("data").toString());
        yml.put("path.logs", folder.resolve("logs").toString());
        yml.putAll(settings.yml());
        ObjectMapper json = new ObjectMapper();
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, Object> setting : yml.entrySet()) {
            // JSON is YAML, and quotes what must be quoted.
            lines.add(setting.getKey() + ": " + json.writeValueAsString(setting.getValue()));
        }
        Files.write(config().resolve("opensearch.yml"), lines);
    }

    // Garbage collection logs and dumps would go to the home that nodes share.
    private void dropPathsIntoHome() throws IOException {
        Path options = config().resolve("jvm.options");
        List<String> kept = Files.readAllLines(options).stream()
                .filter(line -> !line.contains("=logs/") && !line.endsWith("=data"))
                .toList();
        Files.write(options, kept);
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(Distribution.environment());
        environment.put("OPENSEARCH_PATH_CONF", config().toString());
        return environment;
    }

    private void keystore(String purpose, List<String> arguments, String input) {
        Commands.run(purpose, distribution.command("opensearch-keystore", arguments), environment(), input);
    }
}
