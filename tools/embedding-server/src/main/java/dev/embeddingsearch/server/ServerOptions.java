/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import java.util.Iterator;
import java.util.List;

/**
 * What the command line says.
 *
 * @param model loaded before the first request; the others are when they are first asked for
 * @param port 0 takes any free port
 * @param threads texts embedded at the same time
 */
record ServerOptions(String model, String host, int port, int threads, boolean help) {
    static final String USAGE = """
            Usage: java -jar embedding-server.jar [options]
            Serves OpenAI's embeddings API with small models inside this process: all-minilm-l6-v2,
            bge-small-en-v1.5, e5-small-v2 and, for Chinese, bge-small-zh-v1.5.

              --model NAME  model to load at once; others are when they are first asked for
                            (default: all-minilm-l6-v2)
              --port N      port to listen on; 0 takes a free one (default: 8000)
              --host NAME   address to listen on (default: 127.0.0.1, this machine only)
              --threads N   texts embedded at the same time (default: the number of cores)
              --help        print this and exit
            """;

    /** Reads the options; {@code cores} is the default for threads. */
    static ServerOptions parse(List<String> args, int cores) {
        ServerOptions options = new ServerOptions("all-minilm-l6-v2", "127.0.0.1", 8000, cores, false);
        Iterator<String> rest = args.iterator();
        while (rest.hasNext()) {
            options = options.with(rest.next(), rest);
        }
        return options;
    }

    private ServerOptions with(String name, Iterator<String> rest) {
        return switch (name) {
            case "--help", "-h" -> new ServerOptions(model, host, port, threads, true);
            case "--model" -> new ServerOptions(value(name, rest), host, port, threads, help);
            case "--host" -> new ServerOptions(model, value(name, rest), port, threads, help);
            case "--port" -> new ServerOptions(model, host, number(name, rest, 0, 65_535), threads, help);
            case "--threads" -> new ServerOptions(model, host, port, number(name, rest, 1, 1024), help);
            default -> throw new IllegalArgumentException("Option [" + name + "] is unknown: --help lists all.");
        };
    }

    private static String value(String name, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException("Option [" + name + "] expects a value.");
        }
        return rest.next();
    }

    private static int number(String name, Iterator<String> rest, int min, int max) {
        String value = value(name, rest);
        // At most five digits: beyond that no option's range reaches.
        int number = value.matches("[0-9]{1,5}") ? Integer.parseInt(value) : -1;
        if (number < min || number > max) {
            throw new IllegalArgumentException(
                    "Option [" + name + "] expects a number from " + min + " to " + max + ", got [" + value + "].");
        }
        return number;
    }
}
