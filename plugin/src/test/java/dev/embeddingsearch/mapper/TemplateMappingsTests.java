/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.ComponentTemplate;
import org.opensearch.cluster.metadata.ComposableIndexTemplate;
import org.opensearch.cluster.metadata.ComposableIndexTemplate.DataStreamTemplate;
import org.opensearch.cluster.metadata.IndexTemplateMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.metadata.Template;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodeRole;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.test.OpenSearchTestCase;

/** What templates make of an index [logs-1] about to be created. */
public class TemplateMappingsTests extends OpenSearchTestCase {

    private static final Version BEFORE = Version.fromString("3.7.0");
    private static final Version SINCE = Version.fromString("3.8.0");
    private static final String EMBEDDING = "{\"type\":\"embedding\",\"source_fields\":[\"%s\"]}";

    private final Metadata.Builder metadata = Metadata.builder();
    private Version manager = Version.CURRENT;

    private static String field(String name, String definition) {
        return "{\"_doc\":{\"properties\":{\"" + name + "\":" + definition + "}}}";
    }

    private static String embedding(String name, String source) {
        return field(name, EMBEDDING.formatted(source));
    }

    private void legacy(String name, int order, String mapping) throws IOException {
        metadata.put(IndexTemplateMetadata.builder(name)
                .patterns(List.of("logs-*"))
                .order(order)
                .putMapping("_doc", mapping)
                .build());
    }

    private void component(String name, String mapping) throws IOException {
        metadata.put(name, new ComponentTemplate(template(mapping), null, null));
    }

    private void composable(String mapping, DataStreamTemplate dataStream, String... components) throws IOException {
        metadata.put(
                "composable",
                new ComposableIndexTemplate(
                        List.of("logs-*"), template(mapping), List.of(components), 1L, null, null, dataStream));
    }

    private static Template template(String mapping) throws IOException {
        return new Template(null, mapping == null ? null : new CompressedXContent(mapping), null);
    }

    private List<MappedEmbedding> found() {
        DiscoveryNode node = new DiscoveryNode(
                "manager", buildNewFakeTransportAddress(), Map.of(), DiscoveryNodeRole.BUILT_IN_ROLES, manager);
        ClusterState state = ClusterState.builder(ClusterName.DEFAULT)
                .metadata(metadata)
                .nodes(DiscoveryNodes.builder().add(node).clusterManagerNodeId("manager"))
                .build();
        return MappedEmbedding.in(TemplateMappings.of(state, "logs-1"));
    }

    private void assertSource(String... sources) {
        assertEquals(
                List.of(List.of(sources)),
                found().stream().map(MappedEmbedding::sourceFields).toList());
    }

    public void testNoTemplateMatches() throws IOException {
        metadata.put(IndexTemplateMetadata.builder("other")
                .patterns(List.of("other-*"))
                .order(1)
                .putMapping("_doc", embedding("v", "t"))
                .build());
        assertEquals(List.of(), found());
    }

    public void testLegacyTemplateOfTheHighestOrderDefinesAField() throws IOException {
        legacy("low", 1, embedding("v", "low"));
        legacy("high", 2, embedding("v", "high"));
        legacy("lowest", 0, embedding("v", "lowest"));
        manager = BEFORE;
        assertSource("high");
    }

    public void testLegacyTemplatesMergeParametersSince38() throws IOException {
        legacy("low", 1, embedding("v", "low"));
        legacy("high", 2, embedding("v", "high"));
        manager = SINCE;
        assertSource("low", "high");
    }

    public void testLegacyTemplateThatMakesTheFieldText() throws IOException {
        manager = randomFrom(BEFORE, SINCE);
        legacy("low", 1, embedding("v", "t"));
        legacy("high", 2, field("v", "{\"type\":\"text\"}"));
        assertEquals(List.of(), found());
    }

    /** OpenSearch before 3.8 takes an object of the strongest template as it is. */
    public void testLegacyTemplatesMergeObjectsSince38() throws IOException {
        legacy("low", 1, field("o", "{\"properties\":{\"v\":" + EMBEDDING.formatted("low") + "}}"));
        legacy("high", 2, field("o", "{\"properties\":{\"t\":{\"type\":\"text\"}}}"));
        manager = BEFORE;
        assertEquals(List.of(), found());
        manager = SINCE;
        assertSource("low");
    }

    public void testComposableTemplateGoesBeforeLegacyOnes() throws IOException {
        legacy("legacy", 99, embedding("w", "t"));
        composable(embedding("v", "t"), null);
        assertEquals("v", found().getFirst().path());
    }

    public void testLaterComponentsAndTheTemplateItselfAreStronger() throws IOException {
        component("a", embedding("v", "a"));
        component("b", embedding("v", "b"));
        composable(null, null, "a", "b");
        assertSource("b");
        composable(null, null, "b", "a");
        assertSource("a");
        composable(embedding("v", "own"), null, "a", "b");
        assertSource("own");
        composable(field("v", "{\"type\":\"text\"}"), null, "a", "b");
        assertEquals(List.of(), found());
    }

    public void testComposableTemplatesMergeObjectsHoweverTheyAreSpelled() throws IOException {
        component("dotted", embedding("o.p.v", "dotted"));
        component("object", field("o", "{\"properties\":{\"p\":{\"properties\":{\"t\":{\"type\":\"text\"}}}}}"));
        component("other", field("o", "{\"properties\":{\"p.v\":{\"type\":\"keyword\"}}}"));
        composable(null, null, "dotted", "object");
        assertSource("dotted");
        composable(null, null, "object", "dotted");
        assertSource("dotted");
        composable(null, null, "dotted", "object", "other");
        assertEquals(List.of(), found());
        composable(null, null, "other", "dotted");
        assertSource("dotted");
    }

    public void testDottedNamesWhereThereAreNoObjects() throws IOException {
        composable(
                "{\"_doc\":{\"disable_objects\":true,\"properties\":{\"a\":{\"type\":\"text\"},\"a.v\":"
                        + EMBEDDING.formatted("a") + "}}}",
                null);
        assertEquals("a.v", found().getFirst().path());
        component("weaker", embedding("a.v", "weaker"));
        composable(
                "{\"_doc\":{\"disable_objects\":true,\"properties\":{\"a.v\":{\"type\":\"text\"}}}}", null, "weaker");
        assertEquals(List.of(), found());
    }

    /** A wildcard of one component means the fields of another. */
    public void testWildcardsOverAllTemplates() throws IOException {
        component("a", embedding("v", "sec.*"));
        component("b", field("sec.title", "{\"type\":\"text\"}"));
        composable(null, null, "a", "b");
        assertSource("sec.title");
    }

    public void testSourceOfTheStrongestTemplate() throws IOException {
        component(
                "a",
                "{\"_doc\":{\"_source\":{\"excludes\":[\"v\"]},\"properties\":{\"v\":" + EMBEDDING.formatted("t")
                        + "}}}");
        composable(null, null, "a");
        assertFalse(found().getFirst().inSource());
        composable("{\"_doc\":{\"_source\":{\"excludes\":[\"w\"]}}}", null, "a");
        assertTrue(found().getFirst().inSource());
    }

    public void testDataStream() throws IOException {
        composable(embedding("v", "t"), new DataStreamTemplate());
        assertSource("t");
        assertEquals(Map.of(), TemplateMappings.of(ClusterState.EMPTY_STATE, "logs-1"));
    }
}
