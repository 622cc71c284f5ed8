/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.model.EmbeddingModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.Function;
import org.opensearch.common.hash.MessageDigests;

/**
 * The key of a vector: SHA-256 of everything that determines its values. That is where the vector comes from (URL,
 * provider, API version, id for the side), what is requested (dimensions sent, expected and wanted, further
 * parameters), how the text is changed before it is sent (length of the prefix, newlines, most tokens and how they are
 * counted, cut or refused), and the prefix with the text.
 *
 * <p>Each part but the last is written with its length or with a fixed number of bytes, so requests that differ in any
 * part have different hash inputs. Texts that differ only in unpaired surrogates have the same key, because the same
 * bytes are sent for them. The name of the model, the side and the input type count only by their effects, so that
 * ingest and search share the vector of a text if the service would receive the same request.
 *
 * @param a the first 64 bits of the hash, {@code d} the last
 */
record VectorKey(long a, long b, long c, long d) {

    /** Computes the keys of the texts of one request. */
    static Function<String, VectorKey> of(EmbeddingModel model, EmbeddingRequest request) {
        byte[] head = head(model, request);
        String prefix = model.prefixes().of(request.side());
        return text -> {
            MessageDigest sha = MessageDigests.sha256();
            sha.update(head);
            ByteBuffer hash = ByteBuffer.wrap(sha.digest((prefix + text).getBytes(StandardCharsets.UTF_8)));
            return new VectorKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
        };
    }

    private static byte[] head(EmbeddingModel model, EmbeddingRequest request) {
        VectorShape shape = VectorShape.of(model, request.dimensions());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(out, model.url());
            write(out, model.endpoint().provider().toString());
            write(out, model.endpoint().apiVersion());
            write(out, model.modelId(request.side()));
            out.writeInt(shape.sent());
            out.writeInt(shape.expected());
            out.writeInt(shape.wanted());
            out.writeInt(model.prefixes().of(request.side()).length());
            out.writeBoolean(model.replacesNewlines(request.inputType()));
            out.writeInt(model.limits().inputTokens());
            out.writeBoolean(model.limits().truncate());
            write(out, model.tokenizer());
            for (Map.Entry<String, Object> parameter :
                    model.endpoint().format().parameters(request.side()).entrySet()) {
                write(out, parameter.getKey());
                write(out, parameter.getValue().toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, String part) throws IOException {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
