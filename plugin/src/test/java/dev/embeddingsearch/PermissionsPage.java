/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;

/** The roles in {@code docs/permissions.md}. */
final class PermissionsPage {

    private static final Pattern ROLE =
            Pattern.compile("```\nPUT _plugins/_security/api/roles/(\\w+)\n(\\{.*?\n})\n```", Pattern.DOTALL);

    private PermissionsPage() {}

    /** In the order of the page, by name. */
    static Map<String, Role> roles() throws IOException {
        Path page = PathUtils.get("..", "docs", "permissions.md");
        Map<String, Role> roles = new LinkedHashMap<>();
        Matcher block = ROLE.matcher(Files.readString(page));
        while (block.find()) {
            roles.put(
                    block.group(1),
                    new Role(XContentHelper.convertToMap(JsonXContent.jsonXContent, block.group(2), true)));
        }
        return roles;
    }

    /** The body of the request that creates a role. */
    record Role(Map<String, Object> body) {

        /** Its permissions for the cluster and on its indices. */
        List<String> patterns() {
            List<String> patterns = new ArrayList<>(strings(body.get("cluster_permissions")));
            patterns.addAll(strings(onIndices().get("allowed_actions")));
            return patterns;
        }

        /** The same without one of them. */
        Role without(String pattern) {
            Map<String, Object> less = new LinkedHashMap<>(onIndices());
            less.put("allowed_actions", strings(less.get("allowed_actions"), pattern));
            return new Role(Map.of(
                    "cluster_permissions",
                    strings(body.get("cluster_permissions"), pattern),
                    "index_permissions",
                    List.of(less)));
        }

        @SuppressWarnings("unchecked") // an object of JSON
        private Map<String, Object> onIndices() {
            return (Map<String, Object>) ((List<?>) body.get("index_permissions")).getFirst();
        }

        private static List<String> strings(Object list) {
            return strings(list, "");
        }

        private static List<String> strings(Object list, String without) {
            return ((List<?>) list)
                    .stream()
                            .map(Object::toString)
                            .filter(each -> !each.equals(without))
                            .toList();
        }
    }
}
