/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that requests can ask for. Each is loaded once, when it is first asked for: requests that come meanwhile
 * wait for it and share its failure. After a failure the next request tries again.
 */
final class ModelRegistry {
    private final List<ServedModel> models;
    private final Loader loader;
    private final Map<String, CompletableFuture<EmbeddingModel>> loaded = new ConcurrentHashMap<>();

    /** Makes a model ready for use. */
    interface Loader {
        EmbeddingModel load(ServedModel model) throws IOException;
    }

    ModelRegistry(List<ServedModel> models, Loader loader) {
        this.models = List.copyOf(models);
        this.loader = loader;
    }

    List<ServedModel> models() {
        return models;
    }

    /** Refuses every other id: a caller that asks for another model must not get the vectors of one of these. */
    ServedModel find(String id) {
        return models.stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ApiException(
                        404,
                        "model",
                        "model_not_found",
                        "The model [" + id + "] does not exist here: this server has " + ids() + "."));
    }

    /** The ids of all, in brackets. */
    String ids() {
        return models.stream().map(ServedModel::id).toList().toString();
    }

    /**
     * The model, loaded by this call if no earlier one has.
     *
     * @throws java.util.concurrent.CompletionException with the reason, if it cannot be loaded
     */
    EmbeddingModel load(ServedModel model) {
        CompletableFuture<EmbeddingModel> mine = new CompletableFuture<>();
        CompletableFuture<EmbeddingModel> earlier = loaded.putIfAbsent(model.id(), mine);
        if (earlier != null) {
            return earlier.join();
        }
        try {
            mine.complete(loader.load(model));
        } catch (IOException | RuntimeException | Error e) {
            // First forgotten, then failed: who hears of the failure and asks again starts a new attempt.
            loaded.remove(model.id());
            mine.completeExceptionally(e);
        }
        return mine.join();
    }
}
