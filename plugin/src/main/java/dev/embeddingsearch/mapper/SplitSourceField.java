/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.source.SplitSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StoredValue;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.mapper.SourceFieldMapper;

/** The {@code _source} of a document, which is stored without the vectors that are known to be in its other fields. */
final class SplitSourceField extends StoredField {

    private final BytesRef document;
    private final Map<String, Numbers> vectors = new HashMap<>();

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Numbers(float[] written, float[] indexed) {}

    private SplitSourceField(BytesRef document) {
        super(SourceFieldMapper.NAME, document);
        this.document = document;
    }

    /**
     * Has a vector left out of a document's source. The source is stored behind the vector: a document that fails while
     * it is indexed never has a source that lacks more than its fields hold.
     *
     * @param document which has a source, or keeps none, and the vector
     * @param written the vector as the source has it
     * @param indexed the same as its field has it
     */
    static void leaveOut(ParseContext.Document document, String field, float[] written, float[] indexed) {
        List<IndexableField> fields = document.getFields();
        IndexableField source = document.getField(SourceFieldMapper.NAME);
        if (source != null) {
            SplitSourceField split =
                    source instanceof SplitSourceField begun ? begun : new SplitSourceField(source.binaryValue());
            split.vectors.put(field, new Numbers(written, indexed));
            fields.remove(source);
            fields.add(split);
        }
    }

    @Override
    public StoredValue storedValue() {
        try {
            return new StoredValue(SplitSource.split(document, cuts()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<SplitSource.VectorSpan> cuts() throws IOException {
        List<SplitSource.VectorSpan> cuts = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (VectorPlaces.Place place : VectorPlaces.of(document, vectors.keySet())) {
            if (!seen.add(place.path())) {
                return List.of(); // a field has one vector: which of these?
            }
            Numbers numbers = vectors.get(place.path());
            cuts.add(new SplitSource.VectorSpan(
                    place.path(), place.start(), place.end(), numbers.written(), numbers.indexed()));
        }
        return cuts;
    }
}
