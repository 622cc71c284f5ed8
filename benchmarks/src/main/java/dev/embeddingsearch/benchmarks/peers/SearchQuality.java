/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.benchmarks.ExactNeighbors;
import dev.embeddingsearch.benchmarks.relevance.Measure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** How many of the true nearest an index finds, and how well it ranks what people judged. */
final class SearchQuality {

    private final Corpus corpus;
    /** Ids of the true nearest of each question, by how many. */
    private final Map<Integer, List<Set<String>>> nearest = new HashMap<>();

    SearchQuality(Corpus corpus) {
        this.corpus = corpus;
    }

    List<Figure> of(Contender contender) {
        List<Figure> figures = new ArrayList<>();
        for (Way way : Way.all()) {
            if (way.kind() == Way.Kind.VECTOR) {
                figures.add(
                        figure("recall@%d, %s".formatted(way.size(), way.title()), contender, recall(contender, way)));
            }
        }
        if (corpus.isJudged()) {
            Way.all().stream()
                    .filter(way -> way.size() == 10)
                    .forEach(way ->
                            figures.add(figure("nDCG@10, " + way.title(), contender, relevance(contender, way))));
        }
        return figures;
    }

    private double recall(Contender contender, Way way) {
        List<Set<String>> truth = nearest.computeIfAbsent(way.size(), this::nearest);
        List<Corpus.Question> questions = corpus.first().questions();
        double sum = 0;
        for (int i = 0; i < questions.size(); i++) {
            sum += recall(ids(contender, way, questions.get(i)), truth.get(i));
        }
        return sum / questions.size();
    }

    /** The share of the true ones that was found. */
    static double recall(List<String> found, Set<String> truth) {
        return (double) found.stream().distinct().filter(truth::contains).count() / truth.size();
    }

    private List<Set<String>> nearest(int count) {
        float[][] vectors = corpus.vectors();
        return corpus.first().questions().parallelStream()
                .map(question -> ExactNeighbors.of(question.vector(), vectors, count, document -> true).stream()
                        .map(document -> corpus.documents().get(document).id())
                        .collect(Collectors.toSet()))
                .toList();
    }

    private double relevance(Contender contender, Way way) {
        return corpus.first().questions().stream()
                .mapToDouble(question -> Measure.NDCG_10.of(ids(contender, way, question), question.grades()))
                .average()
                .orElseThrow();
    }

    private static List<String> ids(Contender contender, Way way, Corpus.Question question) {
        ComparedIndex index = contender.index();
        Way known = index.known(way);
        JsonNode reply = contender.rest().send("POST", index.path(known), Bodies.search(index, known, question));
        return reply.path("hits").path("hits").findValuesAsText("_id");
    }

    private static Figure figure(String row, Contender contender, double value) {
        return new Figure(Figure.Section.QUALITY, row, contender.index().title(), value);
    }
}
