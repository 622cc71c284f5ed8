/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The well-known models. Sources: OpenAI's embeddings guides and prices (-001 prices follow from its pages per dollar
 * at 800 tokens a page); for the others their model cards. Background cosines are medians over unrelated texts.
 */
public final class ModelCatalog {

    private static final Prefixes E5 = new Prefixes("passage: ", "query: ");
    private static final Prefixes NOMIC = new Prefixes("search_document: ", "search_query: ");
    private static final Prefixes PASSAGES =
            new Prefixes("", "Represent this sentence for searching relevant passages: ");
    private static final Prefixes CHINESE_PASSAGES = new Prefixes("", "为这个句子生成表示以用于检索相关文章：");

    private static final Map<String, KnownModel> BY_ID = byId(models());

    private ModelCatalog() {}

    /**
     * Finds a model by the id a service uses for it: in any case, with or without an owner in front
     * ({@code BAAI/bge-m3}) and a tag behind ({@code bge-m3:latest}).
     */
    public static Optional<KnownModel> find(String id) {
        String name = id.substring(id.lastIndexOf('/') + 1);
        int tag = name.indexOf(':');
        return Optional.ofNullable(BY_ID.get((tag < 0 ? name : name.substring(0, tag)).toLowerCase(Locale.ROOT)));
    }

    /** The median cosine between unrelated texts of a model, 0 where unknown. */
    public static double backgroundCosine(String modelId) {
        return find(modelId).map(KnownModel::backgroundCosine).orElse(0.0);
    }

    private static Map<String, KnownModel> byId(List<KnownModel> models) {
        Map<String, KnownModel> byId = new HashMap<>();
        for (KnownModel model : models) {
            byId.put(model.id(), model);
            byId.put(model.queryId(), model);
        }
        return Map.copyOf(byId);
    }

    private static List<KnownModel> models() {
        List<KnownModel> models = new ArrayList<>();
        models.add(openAi("text-embedding-3-small", Family.TEXT_EMBEDDING_3, 1536, .39, .02));
        models.add(openAi("text-embedding-3-large", Family.TEXT_EMBEDDING_3, 3072, .52, .13));
        models.add(openAi("text-embedding-ada-002", Family.TEXT_EMBEDDING_ADA, 1536, .73, .10));
        addFirstGeneration(models, "ada", 1024, 300);
        addFirstGeneration(models, "babbage", 2048, 240);
        addFirstGeneration(models, "curie", 4096, 60);
        addFirstGeneration(models, "davinci", 12288, 6);
        addLocal(models);
        return models;
    }

    private static KnownModel openAi(String id, Family family, int dimensions, double cosine, double price) {
        return new KnownModel(ModelIds.of(id), family, dimensions, 8191, Prefixes.NONE, cosine, price);
    }

    private static void addFirstGeneration(List<KnownModel> models, String size, int dimensions, int pagesPerDollar) {
        double price = 1_000_000.0 / (pagesPerDollar * 800);
        models.add(firstGeneration("text-similarity-%s-001", size, Family.TEXT_001, dimensions, price));
        models.add(firstGeneration("text-search-%s-doc-001", size, Family.TEXT_001, dimensions, price));
        if (dimensions <= 2048) { // the two largest never came for code
            models.add(firstGeneration("code-search-%s-code-001", size, Family.CODE_001, dimensions, price));
        }
    }

    private static KnownModel firstGeneration(String form, String size, Family family, int dimensions, double price) {
        String id = String.format(Locale.ROOT, form, size);
        String queryId = id.replace("-doc-001", "-query-001").replace("-code-001", "-text-001");
        return new KnownModel(new ModelIds(id, queryId), family, dimensions, 2046, Prefixes.NONE, 0, price);
    }

    private static void addLocal(List<KnownModel> models) {
        models.add(local("all-minilm-l6-v2", 384, 256, Prefixes.NONE));
        models.add(local("all-minilm", 384, 256, Prefixes.NONE));
        models.add(local("all-mpnet-base-v2", 768, 384, Prefixes.NONE));
        models.add(local("nomic-embed-text", 768, 2048, NOMIC));
        models.add(local("nomic-embed-text-v1.5", 768, 8192, NOMIC));
        models.add(local("mxbai-embed-large", 1024, 512, PASSAGES));
        models.add(local("mxbai-embed-large-v1", 1024, 512, PASSAGES));
        models.add(local("bge-m3", 1024, 8192, Prefixes.NONE));
        models.add(local("bge-small-en-v1.5", 384, 512, PASSAGES, .52));
        models.add(local("bge-base-en-v1.5", 768, 512, PASSAGES));
        models.add(local("bge-large-en-v1.5", 1024, 512, PASSAGES));
        models.add(local("bge-small-zh-v1.5", 512, 512, CHINESE_PASSAGES));
        models.add(local("bge-base-zh-v1.5", 768, 512, CHINESE_PASSAGES));
        models.add(local("bge-large-zh-v1.5", 1024, 512, CHINESE_PASSAGES));
        models.add(local("e5-small-v2", 384, 512, E5, .78));
        models.add(local("e5-base-v2", 768, 512, E5));
        models.add(local("e5-large-v2", 1024, 512, E5));
        models.add(local("multilingual-e5-small", 384, 512, E5));
        models.add(local("multilingual-e5-base", 768, 512, E5));
        models.add(local("multilingual-e5-large", 1024, 512, E5));
        models.add(local("jina-embeddings-v2-base-en", 768, 8192, Prefixes.NONE));
        models.add(local("jina-embeddings-v2-base-code", 768, 8192, Prefixes.NONE));
    }

    private static KnownModel local(String id, int dimensions, int maxInputTokens, Prefixes prefixes) {
        return local(id, dimensions, maxInputTokens, prefixes, 0);
    }

    private static KnownModel local(String id, int dimensions, int maxInputTokens, Prefixes prefixes, double cosine) {
        return new KnownModel(ModelIds.of(id), Family.OTHER, dimensions, maxInputTokens, prefixes, cosine, 0);
    }
}
