/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.util.Map;

/**
 * A BERT-like model on ONNX Runtime, from one of langchain4j's model artifacts.
 *
 * <p>It drives the runtime itself, for three reasons. langchain4j's own encoder cuts every text for all-MiniLM-L6-v2 at
 * 128 tokens without a word, half the window the model was trained for. It tokenises each text two or three times. And
 * it leaves each run to as many threads as there are cores, which is slower than one thread a run with several runs side
 * by side.
 *
 * <p>What follows the model's window in a longer text is not read. Each text is a run of its own, never a row in a
 * batch: the activations of models with 8-bit weights are quantised by the range of the whole input, so in a batch a
 * text's vector would depend on its neighbours (cosine down to .97 with itself).
 */
final class OnnxModel implements EmbeddingModel {
    /** A window of text never spans this much; tokenising megabytes to keep some hundred tokens would take seconds. */
    private static final int MAX_CHARS = 100_000;

    private static final int SPECIAL_TOKENS = 2;

    private final ServedModel model;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;

    private OnnxModel(
            ServedModel model, OrtEnvironment environment, OrtSession session, HuggingFaceTokenizer tokenizer) {
        this.model = model;
        this.environment = environment;
        this.session = session;
        this.tokenizer = tokenizer;
    }

    /** Reads model and tokenizer from the class path. Both are kept until the process ends. */
    static OnnxModel load(ServedModel model) throws IOException {
        // Without this the tokenizer's library reports its start to its makers on some hosts, and may download natives.
        System.setProperty("ai.djl.offline", "true");
        HuggingFaceTokenizer tokenizer = loadTokenizer(model);
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            return new OnnxModel(model, environment, loadSession(model, environment), tokenizer);
        } catch (IOException | RuntimeException | Error e) {
            tokenizer.close(); // the next attempt loads another
            throw e;
        }
    }

    private static OrtSession loadSession(ServedModel model, OrtEnvironment environment) throws IOException {
        try (InputStream onnx = resource(model.onnxFile());
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            environment.setTelemetry(false);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            return environment.createSession(onnx.readAllBytes(), options);
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }

    private static HuggingFaceTokenizer loadTokenizer(ServedModel model) throws IOException {
        try (InputStream json = resource(model.tokenizerFile())) {
            Map<String, String> options =
                    Map.of("padding", "false", "truncation", "true", "maxLength", Integer.toString(model.window()));
            return HuggingFaceTokenizer.newInstance(json, options);
        }
    }

    private static InputStream resource(String file) throws IOException {
        InputStream stream = OnnxModel.class.getResourceAsStream(file);
        if (stream == null) {
            throw new IOException("the class path lacks the model's file [" + file + "]");
        }
        return stream;
    }

    @Override
    public Embedded embed(String text) {
        Encoding encoding = tokenizer.encode(text.substring(0, Math.min(text.length(), MAX_CHARS)));
        int tokens = encoding.getIds().length;
        try {
            return new Embedded(Vectors.unit(run(encoding)), tokens - SPECIAL_TOKENS);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed on a text of " + tokens + " tokens", e);
        }
    }

    private float[] run(Encoding encoding) throws OrtException {
        try (OnnxTensor ids = row(encoding.getIds());
                OnnxTensor mask = row(encoding.getAttentionMask());
                OnnxTensor types = row(encoding.getTypeIds());
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            return model.pooling().pool(((OnnxTensor) result.get(0)).getFloatBuffer(), model.dimensions());
        }
    }

    private OnnxTensor row(long[] values) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), new long[] {1, values.length});
    }
}
