/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The project's embedding server as a process. It ends with this JVM unless {@link #detach() detached}. */
public final class LocalServer implements AutoCloseable {

    /** The models that it serves; the first is the default. */
    public static final List<String> MODELS =
            List.of("all-minilm-l6-v2", "bge-small-en-v1.5", "e5-small-v2", "bge-small-zh-v1.5");

    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final int port;
    private final Service service;

    private LocalServer(int port, Service service) {
        this.port = port;
        this.service = service;
    }

    /**
     * Starts the server and waits until it answers.
     *
     * @param jar the runnable jar
     * @param folder for its log, its temporary files and a copy of the jar, so that a build does not change it while it
     *     runs
     * @param model is loaded at once
     */
    public static LocalServer start(Path jar, Path folder, String model, int port) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new SetupException("There is no embedding server at [%s]: build the project first.".formatted(jar));
        }
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Path copy = folder.resolve("embedding-server.jar");
        Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                copy.toString(),
                "--model",
                model,
                "--port",
                Integer.toString(port));
        // The tokenizer unpacks its native library there instead of into the home folder.
        Map<String, String> environment = Map.of("DJL_CACHE_DIR", temporary.toString());
        Service service = Service.launch("The embedding server", command, environment, folder.resolve("server.log"));
        LocalServer server = new LocalServer(port, service);
        server.awaitReady();
        return server;
    }

    private void awaitReady() {
        try {
            service.awaitOk(URI.create(url() + "/models"), START_LIMIT);
        } catch (SetupException e) {
            service.close();
            throw e;
        }
    }

    /** The address of the machine's server, without a path: what an allow-list names. */
    public String origin() {
        return "http://127.0.0.1:" + port;
    }

    /** The base URL of its embeddings API. */
    public String url() {
        return origin() + "/v1";
    }

    public ProcessHandle process() {
        return service.handle();
    }

    /** Lets the server outlive this JVM. */
    public void detach() {
        service.detach();
    }

    /** Ends the server as a crash would. */
    public void kill() {
        service.kill();
    }

    @Override
    public void close() {
        service.close();
    }
}
