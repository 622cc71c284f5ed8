/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.evaluate;

import dev.embeddingsearch.codeindexer.search.Question;
import dev.embeddingsearch.codeindexer.search.Searcher;
import dev.embeddingsearch.codeindexer.search.Way;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Asks each question in each way and counts how far up the first right answer stands. */
public final class Evaluation {

    private static final int DEPTH = 10;
    private static final int SHOWN = 5;

    private final Map<Way, int[]> ranks = new EnumMap<>(Way.class);
    private final List<Judged> questions;

    /** Asks everything. */
    public Evaluation(Searcher searcher, List<Judged> questions) {
        this.questions = List.copyOf(questions);
        for (Way way : Way.values()) {
            ranks.put(
                    way,
                    questions.parallelStream()
                            .mapToInt(judged -> rank(searcher, judged, way))
                            .toArray());
        }
    }

    private static int rank(Searcher searcher, Judged judged, Way way) {
        Question question = new Question(judged.question(), false, DEPTH, null, Map.of());
        return judged.rank(searcher.find(question, way));
    }

    /** A table of all ways. */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "| %d questions | first | among 5 | MRR@10 |%n|---|---|---|---|%n", questions.size()));
        ranks.forEach((way, found) -> text.append(String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.3f |%n",
                way.title(),
                share(found, 1),
                share(found, SHOWN),
                reciprocal(found))));
        return text.toString();
    }

    /** A line for each question: its rank in each way, 0 where no right answer is among the first ten. */
    public String details() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < questions.size(); i++) {
            for (int[] found : ranks.values()) {
                text.append(String.format(Locale.ROOT, "%3d ", found[i]));
            }
            text.append(' ').append(questions.get(i).question()).append('\n');
        }
        return text.toString();
    }

    private static double share(int[] ranks, int depth) {
        long found =
                Arrays.stream(ranks).filter(rank -> rank > 0 && rank <= depth).count();
        return (double) found / ranks.length;
    }

    private static double reciprocal(int[] ranks) {
        double sum = 0;
        for (int rank : ranks) {
            sum += rank == 0 ? 0 : 1.0 / rank;
        }
        return sum / ranks.length;
    }
}
