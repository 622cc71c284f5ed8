/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import java.util.List;

/**
 * The models inside the jar, each from an artifact of langchain4j. Dimensions, window and pooling follow the model
 * cards. Prefixes of queries and documents are the client's business: a server cannot know which of both a text is.
 */
final class BundledModels {
    static final ServedModel ALL_MINILM_L6_V2 =
            new ServedModel("all-minilm-l6-v2", 384, 256, Pooling.MEAN, "all-minilm-l6-v2-q");
    static final ServedModel BGE_SMALL_EN =
            new ServedModel("bge-small-en-v1.5", 384, 512, Pooling.CLS, "bge-small-en-v1.5-q");
    static final ServedModel E5_SMALL_V2 = new ServedModel("e5-small-v2", 384, 512, Pooling.MEAN, "e5-small-v2-q");
    static final ServedModel BGE_SMALL_ZH =
            new ServedModel("bge-small-zh-v1.5", 512, 512, Pooling.CLS, "bge-small-zh-v1.5");

    static final List<ServedModel> ALL = List.of(ALL_MINILM_L6_V2, BGE_SMALL_EN, E5_SMALL_V2, BGE_SMALL_ZH);

    private BundledModels() {}
}
