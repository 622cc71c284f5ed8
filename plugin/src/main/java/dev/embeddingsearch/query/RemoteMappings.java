/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.mapper.MappedEmbedding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.action.admin.indices.mapping.get.GetFieldMappingsRequest;
import org.opensearch.action.admin.indices.mapping.get.GetFieldMappingsResponse;
import org.opensearch.action.admin.indices.mapping.get.GetFieldMappingsResponse.FieldMappingMetadata;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.core.action.ActionListener;
import org.opensearch.transport.RemoteTransportException;
import org.opensearch.transport.client.Client;

/**
 * Fetches the mapping of a field from other clusters, as the caller. Roles that may read an index include the action:
 * {@code indices:admin/mappings/fields/get}.
 */
final class RemoteMappings {

    private RemoteMappings() {}

    /** A field in an index of another cluster; {@code index} is prefixed by the alias of the cluster. */
    record RemoteField(String index, MappedEmbedding field) {}

    /**
     * Finds the {@code embedding} fields named {@code field} in the remote indices of {@code searched}.
     *
     * @param listener receives the fields in clusters that can be reached; OpenSearch fails or skips the others when it
     *     searches them
     */
    static void fetch(
            Client client,
            SearchedIndices.Searched searched,
            String field,
            ActionListener<List<RemoteField>> listener) {
        GroupedActionListener<List<RemoteField>> group = new GroupedActionListener<>(
                ContextPreservingActionListener.wrapPreservingContext(
                        ActionListener.map(listener, RemoteMappings::flat),
                        client.threadPool().getThreadContext()),
                searched.remote().size());
        searched.remote().forEach((cluster, names) -> {
            GetFieldMappingsRequest request = new GetFieldMappingsRequest()
                    .indices(names.toArray(String[]::new))
                    .indicesOptions(searched.options())
                    .fields(field)
                    .includeDefaults(true);
            ActionListener<GetFieldMappingsResponse> answer =
                    ActionListener.wrap(response -> group.onResponse(fields(cluster, response, field)), failure -> {
                        if (failure instanceof RemoteTransportException) {
                            group.onFailure(failure); // what the other cluster answered
                        } else {
                            group.onResponse(List.of());
                        }
                    });
            try {
                client.getRemoteClusterClient(cluster).admin().indices().getFieldMappings(request, answer);
            } catch (RuntimeException e) {
                answer.onFailure(e);
            }
        });
    }

    private static List<RemoteField> flat(Collection<List<RemoteField>> found) {
        return found.stream().flatMap(List::stream).toList();
    }

    private static List<RemoteField> fields(String cluster, GetFieldMappingsResponse response, String field) {
        List<RemoteField> found = new ArrayList<>();
        response.mappings().forEach((index, fields) -> {
            FieldMappingMetadata mapping = fields.get(field);
            if (mapping != null) {
                // The answer names the field by the last part of its path.
                MappedEmbedding.in(Map.of("properties", mapping.sourceAsMap()))
                        .forEach(each -> found.add(new RemoteField(cluster + ":" + index, each)));
            }
        });
        return found;
    }
}
