/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.benchmarks.LatencyCorpus;
import dev.embeddingsearch.benchmarks.relevance.Dataset;
import dev.embeddingsearch.benchmarks.relevance.Vectors;
import dev.embeddingsearch.model.KnownModel;
import dev.embeddingsearch.model.ModelCatalog;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Base64Vector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.util.VectorUtil;

/** Makes a corpus up, or reads a judged one and embeds it. */
final class Corpora {

    private Corpora() {}

    static Corpus of(CorpusOptions options, Path serverJar) throws IOException {
        return options.isMadeUp() ? madeUp(options) : judged(options, serverJar);
    }

    private static Corpus madeUp(CorpusOptions options) {
        LatencyCorpus corpus = new LatencyCorpus(options.dimensions(), options.shape());
        List<Corpus.QuestionSet> questions = new ArrayList<>();
        for (LatencyCorpus.Words words : LatencyCorpus.Words.values()) {
            List<Corpus.Question> some = corpus.questions(words, options.queries()).stream()
                    .map(question ->
                            new Corpus.Question(String.join(" ", question.words()), question.vector(), Map.of()))
                    .toList();
            questions.add(new Corpus.QuestionSet(words.name().toLowerCase(Locale.ROOT) + " words", some));
        }
        List<Corpus.Document> documents = new ArrayList<>();
        for (int i = 0; i < options.documents(); i++) {
            LatencyCorpus.Entry entry = corpus.entry();
            documents.add(new Corpus.Document(Integer.toString(i), entry.text(), entry.vector()));
        }
        return new Corpus(options.name(), options.dimensions(), documents, questions);
    }

    private static Corpus judged(CorpusOptions options, Path serverJar) throws IOException {
        Dataset set = Dataset.read(Path.of(options.name())).sample(options.queries());
        KnownModel model = ModelCatalog.find(Vectors.DEFAULT_MODEL).orElseThrow();
        Vectors vectors = new Vectors(model, options.cache(), serverJar, System.out);
        vectors.prepare(set);
        List<Corpus.Document> documents = set.documents().stream()
                .map(document -> new Corpus.Document(
                        document.id(), document.text(), unit(vectors.of(Side.DOCUMENT, document.text()))))
                .toList();
        List<Corpus.Question> questions = set.queries().stream()
                .map(query ->
                        new Corpus.Question(query.text(), unit(vectors.of(Side.QUERY, query.text())), query.grades()))
                .toList();
        return new Corpus(
                set.name(), model.dimensions(), documents, List.of(new Corpus.QuestionSet("its questions", questions)));
    }

    private static float[] unit(String base64) {
        return VectorUtil.l2normalize(Base64Vector.read(base64));
    }
}
