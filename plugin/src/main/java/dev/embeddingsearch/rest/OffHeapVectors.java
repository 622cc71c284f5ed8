/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.mapper.EmbeddingFieldType;
import dev.embeddingsearch.stats.Counters;
import dev.embeddingsearch.stats.VectorMemory;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.AlreadyClosedException;
import org.opensearch.index.IndexService;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.shard.IllegalIndexShardStateException;
import org.opensearch.index.shard.IndexShard;

/** The sum of the off-heap bytes of the vectors in this node's shards; no vector is read. */
final class OffHeapVectors {

    private final Iterable<IndexService> indices;

    OffHeapVectors(Iterable<IndexService> indices) {
        this.indices = indices;
    }

    VectorMemory now() {
        Map<String, Map<String, Map<String, Long>>> all = new TreeMap<>();
        for (IndexService index : indices) {
            Map<String, Map<String, Long>> fields = new TreeMap<>();
            for (IndexShard shard : index) {
                add(shard, index.mapperService(), fields);
            }
            if (!fields.isEmpty()) {
                all.put(index.index().getName(), fields);
            }
        }
        return new VectorMemory(all);
    }

    private static void add(IndexShard shard, MapperService mappings, Map<String, Map<String, Long>> fields) {
        try (Engine.Searcher searcher = shard.acquireSearcher("embedding_stats")) {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                add(leaf.reader(), mappings, fields);
            }
        } catch (AlreadyClosedException | IllegalIndexShardStateException e) {
            // a shard that starts or closes has mapped no file
        }
    }

    private static void add(LeafReader leaf, MapperService mappings, Map<String, Map<String, Long>> fields) {
        if (FilterLeafReader.unwrap(leaf) instanceof CodecReader segment) {
            for (FieldInfo field : segment.getFieldInfos()) {
                if (field.hasVectorValues() && mappings.fieldType(field.name) instanceof EmbeddingFieldType) {
                    Map<String, Long> bytes =
                            new TreeMap<>(segment.getVectorReader().getOffHeapByteSize(field));
                    fields.merge(field.name, bytes, Counters::sum);
                }
            }
        }
    }
}
