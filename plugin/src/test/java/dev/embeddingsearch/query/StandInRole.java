/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.admin.indices.create.AutoCreateAction;
import org.opensearch.action.admin.indices.create.CreateIndexAction;
import org.opensearch.action.admin.indices.mapping.put.AutoPutMappingAction;
import org.opensearch.action.admin.indices.mapping.put.PutMappingAction;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.delete.DeleteAction;
import org.opensearch.action.get.MultiGetAction;
import org.opensearch.action.index.IndexAction;
import org.opensearch.action.search.MultiSearchAction;
import org.opensearch.action.search.SearchScrollAction;
import org.opensearch.action.update.UpdateAction;
import org.opensearch.common.regex.Regex;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;

/**
 * A role, in the words of the security plugin's REST API, judged by the rules of its version 3.6: some actions are granted
 * for the cluster, all others for indices; a bulk request for a shard needs the actions of its items as well.
 *
 * @param cluster patterns of actions
 */
record StandInRole(List<String> cluster, List<OnIndices> indices) {

    /** Patterns of actions, on the indices of some patterns. */
    private record OnIndices(List<String> patterns, List<String> actions) {}

    static StandInRole of(String json) {
        Map<String, Object> role = XContentHelper.convertToMap(JsonXContent.jsonXContent, json, false);
        List<OnIndices> indices = new ArrayList<>();
        for (Object each : (List<?>) role.get("index_permissions")) {
            Map<?, ?> permission = (Map<?, ?>) each;
            indices.add(new OnIndices(
                    strings(permission.get("index_patterns")), strings(permission.get("allowed_actions"))));
        }
        return new StandInRole(strings(role.get("cluster_permissions")), indices);
    }

    private static List<String> strings(Object list) {
        return ((List<?>) list).stream().map(Object::toString).toList();
    }

    boolean allows(String action, ActionRequest request, RequestedIndices requested) {
        if (action.startsWith("internal:") || action.startsWith("indices:admin/seq_no")) {
            return true;
        }
        String granted = switch (action) {
            case AutoCreateAction.NAME -> CreateIndexAction.NAME;
            case AutoPutMappingAction.NAME -> PutMappingAction.NAME;
            default -> action;
        };
        if (ofCluster(granted)) {
            return matches(cluster, granted);
        }
        Set<String> needed = new HashSet<>(Set.of(granted));
        if (request instanceof BulkShardRequest bulk) {
            for (BulkItemRequest item : bulk.items()) {
                needed.add(
                        switch (item.request().opType()) {
                            case CREATE, INDEX -> IndexAction.NAME;
                            case UPDATE -> UpdateAction.NAME;
                            case DELETE -> DeleteAction.NAME;
                        });
            }
        }
        List<String> names = requested.of(request);
        return needed.stream().allMatch(each -> names.stream().allMatch(index -> allows(each, index)));
    }

    private boolean allows(String action, String index) {
        return indices.stream().anyMatch(each -> matches(each.patterns(), index) && matches(each.actions(), action));
    }

    private static boolean ofCluster(String action) {
        return !action.startsWith("indices:")
                || action.startsWith("indices:admin/template/")
                || action.startsWith("indices:admin/index_template/")
                || action.startsWith(SearchScrollAction.NAME)
                || action.startsWith(MultiSearchAction.NAME)
                || Set.of(BulkAction.NAME, MultiGetAction.NAME, "indices:data/write/reindex")
                        .contains(action);
    }

    private static boolean matches(List<String> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> Regex.simpleMatch(pattern, name));
    }
}
