/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An unpacked OpenSearch: {@code home} below its folder, with its plugins. Any number of {@link Node nodes} run from it
 * side by side, each with configuration, data and logs of its own under {@code nodes/<name>}.
 */
public final class Distribution {

    private final Path folder;
    private final Account account;

    private Distribution(Path folder, Account account) {
        this.folder = folder;
        this.account = account;
    }

    /**
     * Unpacks a distribution, in place of one that was unpacked there before; nodes keep their folders.
     *
     * @param zip the distribution as published
     * @param folder where to work; must be one that the account {@link Account#folder reaches}
     */
    public static Distribution unpack(Path zip, Path folder, Account account) throws IOException {
        if (!Files.isRegularFile(zip)) {
            throw new SetupException(
                    "There is no OpenSearch distribution at [%s]: build the project first.".formatted(zip));
        }
        account.requireJdk(javaHome());
        Distribution distribution = new Distribution(folder.toAbsolutePath().normalize(), account);
        Folders.delete(distribution.home());
        DiskSpace.require(folder, DiskSpace.FOR_ONE_CLUSTER);
        Folders.unzipInside(zip, distribution.home());
        distribution.makeScriptsExecutable();
        account.own(distribution.home());
        return distribution;
    }

    /** Installs a plugin with the distribution's own command, as a user would. */
    public void install(Path pluginZip) throws IOException {
        if (!Files.isRegularFile(pluginZip)) {
            throw new SetupException("There is no plugin at [%s]: build the project first.".formatted(pluginZip));
        }
        // A copy: the unprivileged user may be unable to reach the original.
        Path copy = folder.resolve(pluginZip.getFileName());
        Files.deleteIfExists(copy);
        Files.copy(pluginZip, copy);
        account.own(copy);
        run(
                "install the plugin [" + pluginZip + "]",
                List.of("opensearch-plugin", "install", "--batch", copy.toUri().toString()));
        Files.delete(copy);
    }

    /** A node of this distribution, not started yet. One of the same name takes over the data of the one before. */
    public Node node(NodeSettings settings) throws IOException {
        Path nodes = folder.resolve("nodes");
        Files.createDirectories(nodes);
        account.own(nodes);
        return new Node(this, settings, nodes.resolve(settings.name()));
    }

    public Path home() {
        return folder.resolve("home");
    }

    Account account() {
        return account;
    }

    /** The command line of one of the distribution's programs, as the user that may run it. */
    List<String> command(String program, List<String> arguments) {
        List<String> words =
                new ArrayList<>(List.of(home().resolve("bin").resolve(program).toString()));
        words.addAll(arguments);
        return account.command(words);
    }

    static Map<String, String> environment() {
        return Map.of("OPENSEARCH_JAVA_HOME", javaHome().toString());
    }

    private void run(String purpose, List<String> words) {
        Commands.run(purpose, command(words.getFirst(), words.subList(1, words.size())), environment(), "");
    }

    private static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    private void makeScriptsExecutable() throws IOException {
        try (Stream<Path> scripts = Files.list(home().resolve("bin"))) {
            scripts.forEach(script -> script.toFile().setExecutable(true, false));
        }
    }
}
