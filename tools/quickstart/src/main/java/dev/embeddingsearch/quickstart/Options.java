/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.Map;
import java.util.Optional;

/**
 * What the caller asked for.
 *
 * @param command {@code start}, {@code stop}, {@code status}, {@code clean} or {@code help}
 * @param port where OpenSearch is to answer
 * @param serverPort where the embedding server is to answer
 * @param model that embeds, if the caller named one
 */
record Options(String command, int port, int serverPort, Optional<String> model) {

    static final String USAGE = """
            Usage: ./quickstart [start] [--port N] [--server-port N] [--model NAME]
                                      [--opensearch VERSION]
                   ./quickstart stop | status | clean | help

              start   build, start OpenSearch with the plugin and a local embedding server, fill two indices, search
              stop    end what start left running
              status  tell what is running
              clean   delete the run folder with its data

              --port N              OpenSearch's port (default 9200, or the environment variable QUICKSTART_PORT)
              --server-port N       the embedding server's port (default 8000, or QUICKSTART_SERVER_PORT)
              --model NAME          all-minilm-l6-v2, bge-small-en-v1.5, e5-small-v2 or, for Chinese, bge-small-zh-v1.5
                                    (default: that of the last start, at first all-minilm-l6-v2)
              --opensearch VERSION  3.6.0, 3.7.0 or 3.8.0 (default 3.8.0)""";

    private static final String START = "start";

    static Options parse(String[] arguments, Map<String, String> environment) {
        String command = START;
        String port = environment.getOrDefault("QUICKSTART_PORT", "9200");
        String serverPort = environment.getOrDefault("QUICKSTART_SERVER_PORT", "8000");
        Optional<String> model = Optional.empty();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--port" -> port = value(arguments, ++i);
                case "--server-port" -> serverPort = value(arguments, ++i);
                case "--model" -> model = Optional.of(model(value(arguments, ++i)));
                case "--opensearch" -> requireVersion(value(arguments, ++i)); // the script builds for it
                case "-h", "--help" -> command = "help";
                case START, "stop", "status", "clean", "help" -> command = arguments[i];
                default -> throw new SetupException("Unknown argument [%s].%n%s".formatted(arguments[i], USAGE));
            }
        }
        return new Options(command, port(port), port(serverPort), model).checked();
    }

    private Options checked() {
        if (port == serverPort) {
            throw new SetupException("OpenSearch and the embedding server cannot share port [%s].".formatted(port));
        }
        return this;
    }

    private static String value(String[] arguments, int index) {
        if (index == arguments.length) {
            throw new SetupException("A value is expected after [%s].".formatted(arguments[index - 1]));
        }
        return arguments[index];
    }

    private static String model(String name) {
        if (!LocalServer.MODELS.contains(name)) {
            throw new SetupException("A model is one of %s, not [%s].".formatted(LocalServer.MODELS, name));
        }
        return name;
    }

    private static void requireVersion(String version) {
        if (!version.matches("3\\.[678]\\.\\d")) {
            throw new SetupException(
                    "A version of OpenSearch from 3.6.0 to 3.8 is expected, not [%s].".formatted(version));
        }
    }

    private static int port(String text) {
        if (text.matches("\\d{1,5}")) {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 1 << 16) {
                return port;
            }
        }
        throw new SetupException("A port is a number from 1 to 65535, not [%s].".formatted(text));
    }
}
