/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.Test;

public class WayTests {

    private static final Corpus CORPUS = new Corpus(
            "made-up",
            1,
            List.of(),
            Stream.of("common words", "rare words")
                    .map(words ->
                            new Corpus.QuestionSet(words, List.of(new Corpus.Question("t", new float[] {1}, Map.of()))))
                    .toList());

    @Test
    public void rowsOfAReport() {
        List<String> rows = Way.all().stream()
                .flatMap(way ->
                        SearchRounds.questions(CORPUS, way).stream().map(questions -> SearchRounds.row(way, questions)))
                .toList();
        assertEquals(
                List.of(
                        "BM25, 10 hits, common words",
                        "BM25, 10 hits, rare words",
                        "BM25, 100 hits, common words",
                        "BM25, 100 hits, rare words",
                        "kNN, k 10",
                        "kNN, k 100",
                        "hybrid by scores, 10 hits, common words",
                        "hybrid by scores, 10 hits, rare words",
                        "hybrid by scores, 10 hits, depth 100, common words"),
                rows.subList(0, 9));
        assertEquals(18, rows.size());
    }
}
