/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Asks all contenders the same questions, in blocks: all questions of a kind in one way, first one by one, then from
 * several clients. Contenders take turns block by block, in reverse order every other round. Nobody else is asked
 * meanwhile.
 */
final class SearchRounds {

    private static final int WARM_UP = 2;

    private final Corpus corpus;
    private final List<Contender> contenders;
    private final Repetition repetition;
    private final Map<Block, Asking> askings = new LinkedHashMap<>();

    SearchRounds(Corpus corpus, List<Contender> contenders, Repetition repetition) {
        this.corpus = corpus;
        this.contenders = contenders;
        this.repetition = repetition;
    }

    private record Block(Contender contender, Way way, Corpus.QuestionSet questions) {

        String path() {
            return contender.index().path(way);
        }

        List<String> bodies() {
            return questions.questions().stream()
                    .map(question -> Bodies.search(contender.index(), way, question))
                    .toList();
        }
    }

    void run(Consumer<String> progress) {
        try (Clients clients = new Clients(repetition.clients())) {
            for (int round = -WARM_UP; round < repetition.rounds(); round++) {
                for (Block block : blocks(round)) {
                    ask(block, clients, round >= 0);
                }
                progress.accept(round < 0 ? "warmed up" : "round " + (round + 1) + " of " + repetition.rounds());
            }
        }
    }

    private List<Block> blocks(int round) {
        List<Contender> order = new ArrayList<>(contenders);
        if (round % 2 != 0) {
            Collections.reverse(order);
        }
        List<Block> blocks = new ArrayList<>();
        for (Way way : Way.all()) {
            for (Corpus.QuestionSet questions : questions(corpus, way)) {
                for (Contender contender : order) {
                    if (contender.index().known(way).equals(way)) {
                        blocks.add(new Block(contender, way, questions));
                    }
                }
            }
        }
        return blocks;
    }

    /** The kinds of words make no difference where words are not searched. */
    static List<Corpus.QuestionSet> questions(Corpus corpus, Way way) {
        return way.kind() == Way.Kind.VECTOR ? List.of(corpus.first()) : corpus.questions();
    }

    private void ask(Block block, Clients clients, boolean counts) {
        List<String> bodies = block.bodies();
        double[] milliseconds = new double[bodies.size()];
        double start = block.contender().cpu();
        for (int i = 0; i < milliseconds.length; i++) {
            long from = System.nanoTime();
            block.contender().rest().exchange("POST", block.path(), bodies.get(i));
            milliseconds[i] = (System.nanoTime() - from) / 1e6;
        }
        double between = block.contender().cpu();
        List<String> twice = IntStream.range(0, 2 * bodies.size())
                .mapToObj(i -> bodies.get(i % bodies.size()))
                .toList();
        double seconds = clients.send(block.contender(), block.path(), twice);
        double end = block.contender().cpu();
        if (counts) {
            Asking asking = askings.computeIfAbsent(block, key -> new Asking(bodies.size(), repetition.rounds()));
            asking.oneByOne(milliseconds, between - start);
            asking.atOnce(twice.size(), seconds, end - between);
        }
    }

    /** Of each way, also for those that know it as another. */
    List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (Figure.Section section : Figure.Section.ofQuestions()) {
            for (Way way : Way.all()) {
                for (Corpus.QuestionSet questions : questions(corpus, way)) {
                    for (Contender contender : contenders) {
                        ComparedIndex index = contender.index();
                        Asking asking = askings.get(new Block(contender, index.known(way), questions));
                        String row = row(way, questions);
                        figures.add(new Figure(section, row, index.title(), asking.of(section)));
                    }
                }
            }
        }
        return figures;
    }

    static String row(Way way, Corpus.QuestionSet questions) {
        return way.kind() == Way.Kind.VECTOR ? way.title() : way.title() + ", " + questions.words();
    }
}
