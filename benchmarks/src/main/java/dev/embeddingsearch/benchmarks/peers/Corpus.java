/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Documents and questions that all compared indices get. Vectors have length 1. */
record Corpus(String name, int dimensions, List<Document> documents, List<QuestionSet> questions) {

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Document(String id, String text, float[] vector) {}

    /** @param grades of documents by id; empty where nobody judged */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Question(String text, float[] vector, Map<String, Integer> grades) {}

    /** @param words of which kind the texts are, as reports call it */
    record QuestionSet(String words, List<Question> questions) {}

    /** Those that the vector alone is searched with: words do not matter there. */
    QuestionSet first() {
        return questions.getFirst();
    }

    boolean isJudged() {
        return first().questions().stream()
                .noneMatch(question -> question.grades().isEmpty());
    }

    String title() {
        return String.format(Locale.ROOT, "%s, %,d documents", name, documents.size());
    }

    float[][] vectors() {
        return documents.stream().map(Document::vector).toArray(float[][]::new);
    }
}
