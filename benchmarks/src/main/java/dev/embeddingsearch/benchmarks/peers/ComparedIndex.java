/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How one of the compared plugins keeps and finds the documents of a corpus. */
sealed interface ComparedIndex permits OurIndex, PeerIndex {

    String TEXT = "text";
    String VECTOR = "vector";

    /** How reports call it. */
    String title();

    /** The name of the index in OpenSearch. */
    String name();

    /** The request that makes the index. */
    ObjectNode creation(int dimensions);

    /** The body of a document in a bulk request. */
    ObjectNode source(Corpus.Document document);

    /** The way that this plugin knows, in place of one that only another knows. */
    Way known(Way way);

    /** Where searches of a known way go. */
    String path(Way way);

    /** The query of a known way. */
    ObjectNode query(Way way, Corpus.Question question);
}
