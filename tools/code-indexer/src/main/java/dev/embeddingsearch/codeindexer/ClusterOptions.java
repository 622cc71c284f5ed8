/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.rest.Cluster;
import java.net.URI;
import picocli.CommandLine.Option;

/** Where the index is, and who asks. */
final class ClusterOptions {

    /** Keeps the password out of lists of processes. */
    static final String PASSWORD = "CODE_INDEXER_PASSWORD";

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://localhost:9200",
            description = "OpenSearch (default: ${DEFAULT-VALUE}).")
    private URI url;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "User name; the password is read from the environment variable " + PASSWORD + ".")
    private String user = "";

    @Option(
            names = "--index",
            paramLabel = "NAME",
            defaultValue = "code",
            description = "Index (default: ${DEFAULT-VALUE}).")
    private String index;

    String index() {
        if (!index.matches("[^A-Z\\s/?#*\\\\,<>|\"_+-][^A-Z\\s/?#*\\\\,<>|\"]*")) {
            throw new IllegalArgumentException("--index expects the name of one index, got [" + index + "]");
        }
        return index;
    }

    Cluster connect() {
        if (url.getHost() == null
                || !(url.getScheme().equals("http") || url.getScheme().equals("https"))) {
            throw new IllegalArgumentException(
                    "--url expects an address like http://localhost:9200, got [" + url + "]");
        }
        return new Cluster(url, user.isEmpty() ? "" : user + ":" + password());
    }

    private static String password() {
        String password = System.getenv(PASSWORD);
        if (password == null) {
            throw new IllegalArgumentException("--user needs the password in the environment variable " + PASSWORD);
        }
        return password;
    }
}
