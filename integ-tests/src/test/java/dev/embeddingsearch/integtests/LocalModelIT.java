/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.LocalServer;
import java.net.URI;
import java.util.List;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** The three steps of a first use, with a real model behind them. */
public class LocalModelIT {

    @ClassRule
    public static final LocalCluster CLUSTER = new LocalCluster();

    private final Http http = CLUSTER.http();

    @BeforeClass
    public static void index() {
        Http http = CLUSTER.http();
        http.put("articles", """
                { "mappings": { "properties": {
                    "title": {"type": "text"}, "body": {"type": "text"},
                    "meaning": {"type": "embedding", "source_fields": ["title", "body"]} } } }
                """).expect(200);
        for (String article : List.of(
                "{ \"title\": \"Curling\", \"body\": \"Stones slide over ice, and two players sweep in front of them.\" }",
                "{ \"title\": \"Sailing\", \"body\": \"A boat tacks against the wind on a summer lake.\" }",
                "{ \"title\": \"Chess\", \"body\": \"Two players move pieces on a board of sixty-four squares.\" }",
                "{ \"title\": \"Household\", \"body\": \"Brooms and dustpans are in the cupboard under the stairs.\" }",
                "{ \"title\": \"Bread\", \"body\": \"Flour, water and salt rest overnight before they are baked.\" }")) {
            http.post("articles/_doc?refresh=true", article).expect(201);
        }
    }

    private String first(String query) {
        return http.search("articles", "{ \"query\": " + query + " }")
                .at("/hits/hits/0/_source/title")
                .asText();
    }

    @Test
    public void testHybridMatchFindsWhatWordsAloneDoNot() {
        assertEquals("Curling", first("""
                { "hybrid_match": { "query": "winter sport with brooms", "fields": ["title^2", "body"], "embedding_field": "meaning" } }
                """));
        assertEquals("Household", first("""
                { "multi_match": { "query": "winter sport with brooms", "fields": ["title^2", "body"] } }
                """));
    }

    @Test
    public void testEmbeddingFindsByMeaningAlone() {
        assertEquals("Chess", first("{ \"embedding\": { \"field\": \"meaning\", \"text\": \"king and queen\" } }"));
        assertEquals("Bread", first("{ \"embedding\": { \"field\": \"meaning\", \"text\": \"how to make dough\" } }"));
    }

    @Test
    public void testMappingSaysWhichModelTheFieldHolds() {
        Answer mapping = http.get("articles/_mapping").expect(200);
        assertEquals(
                "all-minilm-l6-v2",
                mapping.at("/articles/mappings/properties/meaning/model_id").asText());
        assertEquals(
                384,
                mapping.at("/articles/mappings/properties/meaning/dimensions").asInt());
    }

    @Test
    public void testQuickstartOffersTheModelsOfTheServer() {
        try (Http server = new Http(URI.create(CLUSTER.embeddings()))) {
            Answer models = server.get("/v1/models").expect(200);
            assertEquals(LocalServer.MODELS, models.at("/data").findValuesAsText("id"));
        }
    }

    @Test
    public void testChangedTextIsFoundByItsNewMeaning() {
        http.put(
                        "articles/_doc/changed?refresh=true",
                        "{ \"title\": \"Astronomy\", \"body\": \"Telescopes and stars.\" }")
                .expect(201);
        assertEquals("Astronomy", first("{ \"embedding\": { \"field\": \"meaning\", \"text\": \"galaxies\" } }"));
        http.post(
                        "articles/_update/changed?refresh=true",
                        "{ \"doc\": { \"title\": \"Sewing\", \"body\": \"Needle and thread.\" } }")
                .expect(200);
        assertEquals("Sewing", first("{ \"embedding\": { \"field\": \"meaning\", \"text\": \"mending clothes\" } }"));
        http.delete("articles/_doc/changed?refresh=true").expect(200);
    }

    @Test
    public void testChineseModelOfTheSameServer() {
        http.put("_cluster/settings", """
                {"persistent": {"embedding.model.chinese": {"url": "%s", "id": "bge-small-zh-v1.5"}}}
                """.formatted(CLUSTER.embeddings())).expect(200);
        http.put("chinese", """
                { "mappings": { "properties": {
                    "body": {"type": "text", "analyzer": "cjk"},
                    "meaning": {"type": "embedding", "model": "chinese", "source_fields": ["body"]} } } }
                """).expect(200);
        for (String body : List.of("顾客可以在一个月内退货，货款将原路返还。", "首都晴转多云，最高气温五度，有微风。", "初学者应该每天练习音阶，并请老师纠正手型。")) {
            http.post("chinese/_doc?refresh=true", "{ \"body\": \"" + body + "\" }")
                    .expect(201);
        }
        for (String[] pair : new String[][] {{"我想要退款", "顾客"}, {"今天天气怎么样", "首都"}, {"怎么学弹钢琴", "初学者"}}) {
            Answer found = http.search("chinese", """
                    { "query": { "embedding": { "field": "meaning", "text": "%s" } } }
                    """.formatted(pair[0]));
            String first = found.at("/hits/hits/0/_source/body").asText();
            assertTrue(pair[0] + ": " + first, first.startsWith(pair[1]));
        }
        http.delete("chinese").expect(200);
        http.put("_cluster/settings", "{\"persistent\": {\"embedding.model.chinese.*\": null}}")
                .expect(200);
    }

    @Test
    public void testScoresAreFractions() {
        Answer found = http.search("articles", """
                { "query": { "hybrid_match": { "query": "winter sport with brooms", "fields": ["title", "body"], "embedding_field": "meaning" } } }
                """);
        assertEquals(5, found.total());
        found.scores().forEach(score -> assertTrue(score >= 0 && score <= 1));
    }
}
