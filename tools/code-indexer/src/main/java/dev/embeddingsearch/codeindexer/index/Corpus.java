/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import dev.embeddingsearch.codeindexer.rest.IndexerException;
import dev.embeddingsearch.codeindexer.split.Splitter;
import dev.embeddingsearch.codeindexer.walk.Reader;
import dev.embeddingsearch.codeindexer.walk.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** The files of a run, read and split on several threads. Only the files under way are in memory. */
public final class Corpus {

    /** Gets each file's documents, on several threads at once. */
    interface Consumer {
        void accept(List<CodeDocument> documents);
    }

    private final List<SourceFile> files;
    private final Reader reader;
    private final Splitter splitter;
    private final String repository;
    private final int threads;

    public Corpus(List<SourceFile> files, Reader reader, Splitter splitter, String repository, int threads) {
        this.files = List.copyOf(files);
        this.reader = reader;
        this.splitter = splitter;
        this.repository = repository;
        this.threads = threads;
    }

    public int size() {
        return files.size();
    }

    void forEach(Consumer consumer) {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(workers.submit(() -> work(next, consumer)));
            }
            for (Future<?> worker : running) {
                await(worker);
            }
        }
    }

    private void work(AtomicInteger next, Consumer consumer) {
        try {
            for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
                SourceFile file = files.get(i);
                Optional<String> text = reader.read(file);
                text.ifPresent(source -> consumer.accept(
                        CodeDocument.of(repository, file, splitter.split(file.language(), file.path(), source))));
            }
        } finally {
            // One that fails ends the others.
            next.set(files.size());
        }
    }

    private static void await(Future<?> worker) {
        try {
            worker.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IndexerException("interrupted", e);
        }
    }
}
