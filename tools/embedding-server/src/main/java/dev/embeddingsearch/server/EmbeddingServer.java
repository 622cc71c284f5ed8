/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;

/** The command line: starts the server, says where it listens, and reports what prevents it in one sentence. */
public final class EmbeddingServer {
    private EmbeddingServer() {}

    public static void main(String[] args) {
        try {
            run(List.of(args));
        } catch (IllegalArgumentException | ApiException e) {
            exit(2, e.getMessage());
        } catch (IOException e) {
            exit(1, e.getMessage());
        } catch (CompletionException e) {
            exit(1, reason(e.getCause()));
        }
    }

    private static void run(List<String> args) throws IOException {
        ServerOptions options = ServerOptions.parse(args, Runtime.getRuntime().availableProcessors());
        if (options.help()) {
            System.out.print(ServerOptions.USAGE);
            return;
        }
        ModelRegistry models = new ModelRegistry(BundledModels.ALL, OnnxModel::load);
        ServedModel model = models.find(options.model());
        HttpServer http = RunningServer.bind(options.host(), options.port());
        models.load(model);
        RunningServer server = RunningServer.start(http, models, options.threads(), System.err);
        System.out.println("Embedding server ready at " + server.baseUrl() + " (model " + model.id() + ", "
                + model.dimensions() + " dimensions, " + options.threads() + " threads)");
    }

    private static String reason(Throwable failure) {
        return failure instanceof IOException
                ? failure.getMessage()
                : "The model's native libraries do not start on this machine: " + failure;
    }

    private static void exit(int status, String sentence) {
        System.err.println("embedding-server: " + sentence);
        System.exit(status);
    }
}
