/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.util.BytesRef;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.ParseContext;

/**
 * The value of an {@code embedding} field in an index with derived source, which stores no documents: the indexed vector, or
 * the mark in its place.
 */
final class DerivedVector {

    private DerivedVector() {}

    /** Stores a mark that has more than a reason. */
    static void keep(ParseContext context, String markField, PendingMark mark) throws IOException {
        if (mark.text() != null && context.indexSettings().isDerivedSourceEnabled()) {
            BytesReference json =
                    BytesReference.bytes(JsonXContent.contentBuilder().map(mark.value()));
            context.doc().add(new BinaryDocValuesField(whole(markField), json.toBytesRef()));
        }
    }

    private static String whole(String markField) {
        return markField + "._whole";
    }

    /**
     * Writes the value, if there is one.
     *
     * @param name the name of the value in its object
     * @param field the full name of the {@code embedding} field
     * @param markField the full name of the field of marks below it
     */
    static void write(XContentBuilder builder, String name, String field, String markField, Document document)
            throws IOException {
        float[] vector = new VectorFieldData.Vectors(document.reader(), field).get(document.id());
        if (vector != null) {
            builder.field(name, VectorValue.encode(vector));
            return;
        }
        BinaryDocValues whole = DocValues.getBinary(document.reader(), whole(markField));
        SortedSetDocValues reasons = DocValues.getSortedSet(document.reader(), markField);
        if (whole.advanceExact(document.id())) {
            builder.field(name, map(whole.binaryValue()));
        } else if (reasons.advanceExact(document.id())) {
            String reason = reasons.lookupOrd(reasons.nextOrd()).utf8ToString();
            builder.field(name, new PendingMark(reason, null).value());
        }
    }

    private static Map<String, Object> map(BytesRef json) {
        String text = new String(json.bytes, json.offset, json.length, StandardCharsets.UTF_8);
        return XContentHelper.convertToMap(new BytesArray(text), true, JsonXContent.jsonXContent.mediaType())
                .v2();
    }

    /** A document of a segment. */
    record Document(LeafReader reader, int id) {}
}
