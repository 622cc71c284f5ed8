/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Chinese and Japanese, whose words no space parts, through ingest and both queries. */
public class LanguagesIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "languages";

    private final Http http = NODE.http();

    @BeforeClass
    public static void createIndex() {
        NODE.http().put(INDEX, """
                {"settings": {"number_of_shards": 1}, "mappings": {"properties": {
                    "body": {"type": "text", "analyzer": "cjk"},
                    "meaning": {"type": "embedding", "dimensions": 512, "source_fields": ["body"]}}}}
                """).expect(200);
        NODE.http().bulk(INDEX + "/_bulk", """
                {"index": {"_id": "zh-curling"}}
                {"body": "冰壶是一项在冰面上进行的冬季运动。"}
                {"index": {"_id": "zh-tea"}}
                {"body": "绿茶的产地主要在中国南方。"}
                {"index": {"_id": "ja-curling"}}
                {"body": "カーリングは氷の上でストーンを滑らせる競技です。"}
                {"index": {"_id": "ja-train"}}
                {"body": "新幹線は東京と大阪を結ぶ高速鉄道です。"}
                {"index": {"_id": "rare"}}
                {"body": "𠮷野家の牛丼 😀"}
                """).expectAllItems();
    }

    private void expectFirst(String id, String query) {
        assertEquals(id, first("{\"embedding\": {\"field\": \"meaning\", \"text\": \"%s\"}}".formatted(query)));
        String hybrid =
                "{\"hybrid_match\": {\"query\": \"%s\", \"fields\": [\"body\"], \"embedding_field\": \"meaning\","
                        + " \"vector_weight\": %s}}";
        assertEquals(id, first(hybrid.formatted(query, "0.5")));
        assertEquals("by its words alone", id, first(hybrid.formatted(query, "0")));
    }

    private String first(String query) {
        return http.search(INDEX, "{\"query\": " + query + "}").ids().get(0);
    }

    @Test
    public void testChineseIsFound() {
        expectFirst("zh-curling", "冬季运动");
        expectFirst("zh-tea", "中国绿茶");
    }

    @Test
    public void testJapaneseIsFound() {
        expectFirst("ja-curling", "氷のストーン");
        expectFirst("ja-train", "東京の新幹線");
    }

    @Test
    public void testTextReachesTheServiceUnharmed() {
        String text = "𠮷野家の牛丼 😀";
        assertEquals(true, NODE.service().inputs().contains(text));
        expectFirst("rare", "牛丼");
    }
}
