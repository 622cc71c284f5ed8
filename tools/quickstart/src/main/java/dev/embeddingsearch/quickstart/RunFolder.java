/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import dev.embeddingsearch.quickstart.cluster.Account;
import dev.embeddingsearch.quickstart.cluster.Folders;
import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.ProcessRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code .quickstart} at the project's root: who runs, logs, and OpenSearch itself, unless an unprivileged user cannot
 * reach it there; then a file names the folder among the temporary files that has it.
 */
final class RunFolder {

    private final Path root;

    RunFolder(Path project) {
        this.root = project.resolve(".quickstart").toAbsolutePath().normalize();
    }

    Path create() throws IOException {
        return Files.createDirectories(root);
    }

    /** The pid file of OpenSearch. */
    Path openSearch() {
        return root.resolve("opensearch.pid");
    }

    /** The pid file of the embedding server. */
    Path server() {
        return root.resolve("server.pid");
    }

    /** The record in a pid file, if its process still runs. */
    Optional<ProcessRecord> running(Path pidFile) throws IOException {
        return ProcessRecord.read(pidFile).filter(ProcessRecord::isRunning);
    }

    /** The record of a process that an earlier start left running. */
    Optional<ProcessRecord> anyRunning() throws IOException {
        Optional<ProcessRecord> openSearch = running(openSearch());
        return openSearch.isPresent() ? openSearch : running(server());
    }

    /** The folder of OpenSearch: the one of an earlier run, or a new one that the account can reach. */
    Path cluster(Account account) throws IOException {
        Optional<Path> earlier = elsewhere();
        if (earlier.isPresent()) {
            return earlier.get();
        }
        Path folder = account.folder(inside());
        if (!folder.equals(inside())) {
            Files.writeString(pointer(), folder.toString());
        }
        return folder;
    }

    /** The folder of the embedding server's files. */
    Path serverFolder() throws IOException {
        return Files.createDirectories(root.resolve("server"));
    }

    /** The model that embedded the data of an earlier start, if there are any. */
    Optional<String> model() throws IOException {
        if (Files.exists(modelFile())) {
            return Optional.of(Files.readString(modelFile()).strip());
        }
        // Before it could be chosen, the model was always the default.
        boolean data = Files.exists(inside()) || elsewhere().isPresent();
        return data ? Optional.of(LocalServer.MODELS.getFirst()) : Optional.empty();
    }

    /** Remembers the model of the data that a start is about to make. */
    void write(String model) throws IOException {
        Files.writeString(modelFile(), model);
    }

    /** The folder of a library's sources, which gives them its name. */
    Path sources(String library) {
        return root.resolve("sources").resolve(library);
    }

    boolean exists() {
        return Files.exists(root);
    }

    void delete() throws IOException {
        Optional<Path> elsewhere = elsewhere();
        if (elsewhere.isPresent()) {
            Folders.delete(elsewhere.get());
        }
        Folders.delete(root);
    }

    /** The folder outside, if an earlier run needed one and it is still there; only such names are believed. */
    private Optional<Path> elsewhere() throws IOException {
        if (!Files.exists(pointer())) {
            return Optional.empty();
        }
        Path folder = Path.of(Files.readString(pointer()).strip());
        boolean ours = folder.isAbsolute()
                && folder.getFileName().toString().startsWith(Account.FOLDER_PREFIX)
                && Files.isDirectory(folder);
        return ours ? Optional.of(folder) : Optional.empty();
    }

    private Path pointer() {
        return root.resolve("cluster.path");
    }

    private Path modelFile() {
        return root.resolve("model");
    }

    private Path inside() {
        return root.resolve("cluster");
    }
}
