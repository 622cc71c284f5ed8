/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.util.List;
import org.opensearch.action.ActionRequest;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.plugins.ActionPlugin.ActionHandler;
import org.opensearch.rest.RestHandler;

/** All actions of this package, which the plugin registers. */
public final class EmbeddingActions {

    /** The prefix of all paths. */
    static final String PATH = "/_plugins/_embedding/";

    private EmbeddingActions() {}

    public static List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> transport() {
        return List.of(
                new ActionHandler<>(TransportStatsAction.TYPE, TransportStatsAction.class),
                new ActionHandler<>(TransportModelsAction.TYPE, TransportModelsAction.class),
                new ActionHandler<>(TransportEmbedAction.TYPE, TransportEmbedAction.class),
                new ActionHandler<>(TransportEstimateAction.TYPE, TransportEstimateAction.class));
    }

    public static List<RestHandler> rest() {
        return List.of(new RestStatsAction(), new RestModelsAction(), new RestEmbedAction(), new RestEstimateAction());
    }
}
