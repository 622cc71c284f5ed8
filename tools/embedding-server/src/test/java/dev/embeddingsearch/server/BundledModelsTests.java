/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import dev.embeddingsearch.server.EmbeddingModel.Embedded;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallzhv15.BgeSmallZhV15EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.e5smallv2q.E5SmallV2QuantizedEmbeddingModel;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

public class BundledModelsTests {
    private static final ModelRegistry MODELS = new ModelRegistry(BundledModels.ALL, OnnxModel::load);

    /** A question, and after it texts from the nearest to the farthest in meaning. */
    private static final List<List<String>> ENGLISH = List.of(
            List.of(
                    "How do I get my money back?",
                    "Customers can return items within a month and receive a refund.",
                    "The shop sells items from all over the world.",
                    "Bees dance to show each other where flowers are."),
            List.of(
                    "reverse a string in Java",
                    "static String reverse(String s) { return new StringBuilder(s).reverse().toString(); }",
                    "static int length(String s) { return s.length(); }",
                    "Curling: players slide stones over ice."));

    private static final List<List<String>> CHINESE = List.of(
            List.of("怎么申请退款？", "顾客可以在一个月内退货，货款将原路返还。", "本店出售世界各地的商品。", "蜜蜂跳舞告诉同伴花在哪里。"),
            List.of("北京今天的天气怎么样？", "首都晴转多云，最高气温五度，有微风。", "上海昨天下了一场大雨。", "初学者应该每天练习弹钢琴。"));

    @Test
    public void testAllMiniLm() {
        assertOrder(BundledModels.ALL_MINILM_L6_V2, ENGLISH);
        assertCosine(BundledModels.ALL_MINILM_L6_V2, .69, "a dog", "puppy");
        assertCosine(BundledModels.ALL_MINILM_L6_V2, .12, "a dog", "tax law");
        AllMiniLmL6V2QuantizedEmbeddingModel theirs = new AllMiniLmL6V2QuantizedEmbeddingModel();
        assertSame(
                BundledModels.ALL_MINILM_L6_V2,
                text -> theirs.embed(text).content().vector());
    }

    @Test
    public void testBgeSmallEnglish() {
        assertOrder(BundledModels.BGE_SMALL_EN, ENGLISH);
        assertCosine(BundledModels.BGE_SMALL_EN, .82, "a dog", "puppy");
        assertCosine(BundledModels.BGE_SMALL_EN, .48, "a dog", "tax law");
        BgeSmallEnV15QuantizedEmbeddingModel theirs = new BgeSmallEnV15QuantizedEmbeddingModel();
        assertSame(
                BundledModels.BGE_SMALL_EN, text -> theirs.embed(text).content().vector());
    }

    @Test
    public void testE5Small() {
        assertOrder(BundledModels.E5_SMALL_V2, ENGLISH);
        assertCosine(BundledModels.E5_SMALL_V2, .90, "a dog", "puppy");
        assertCosine(BundledModels.E5_SMALL_V2, .74, "a dog", "tax law");
        E5SmallV2QuantizedEmbeddingModel theirs = new E5SmallV2QuantizedEmbeddingModel();
        assertSame(
                BundledModels.E5_SMALL_V2, text -> theirs.embed(text).content().vector());
    }

    @Test
    public void testBgeSmallChinese() {
        assertOrder(BundledModels.BGE_SMALL_ZH, CHINESE);
        assertCosine(BundledModels.BGE_SMALL_ZH, .70, "一只狗", "小狗");
        assertCosine(BundledModels.BGE_SMALL_ZH, .11, "一只狗", "税法");
        BgeSmallZhV15EmbeddingModel theirs = new BgeSmallZhV15EmbeddingModel();
        assertSame(
                BundledModels.BGE_SMALL_ZH, text -> theirs.embed(text).content().vector());
    }

    @Test
    public void testWindowIsRead() {
        for (ServedModel model : BundledModels.ALL) {
            int words = model.window() - 2; // [CLS] and [SEP]
            assertEquals(
                    model.id(), words, embed(model, "a ".repeat(words + 100)).tokens());
            assertEquals(
                    model.id(), words - 1, embed(model, "a ".repeat(words - 1)).tokens());
        }
    }

    private static void assertOrder(ServedModel model, List<List<String>> groups) {
        for (List<String> texts : groups) {
            float[] question = vector(model, texts.getFirst());
            List<Double> cosines = texts.stream()
                    .skip(1)
                    .map(text -> cosine(question, vector(model, text)))
                    .toList();
            List<Double> sorted =
                    cosines.stream().sorted(Collections.reverseOrder()).toList();
            assertEquals(model.id() + ": " + texts, sorted, cosines);
        }
    }

    /** Measured here once the vectors were those of langchain4j: a change of weights or pooling is noticed. */
    private static void assertCosine(ServedModel model, double expected, String text, String other) {
        // Processors differ in how they round 8-bit products.
        assertEquals(text + ", " + other, expected, cosine(vector(model, text), vector(model, other)), .02);
    }

    private interface Reference {
        float[] embed(String text);
    }

    private static void assertSame(ServedModel model, Reference theirs) {
        for (List<List<String>> groups : List.of(ENGLISH, CHINESE)) {
            for (String text : groups.getFirst()) {
                assertArrayEquals(text, theirs.embed(text), vector(model, text), 1e-4f);
            }
        }
    }

    private static float[] vector(ServedModel model, String text) {
        float[] vector = embed(model, text).vector();
        assertEquals(model.dimensions(), vector.length);
        assertEquals(1, cosine(vector, vector), 1e-6);
        return vector;
    }

    private static Embedded embed(ServedModel model, String text) {
        return MODELS.load(model).embed(text);
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
