/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.opensearch.common.unit.TimeValue;

/**
 * A model with all its settings resolved, and no secret among them.
 *
 * @param name the name in {@code embedding.model.<name>.*}
 * @param ids the ids sent to the service
 * @param known what the catalog knows of the id; an entry of zeros when nothing
 * @param dimensions length of the vectors wanted: the setting, else the catalog's, else 0 for unknown
 */
public record EmbeddingModel(
        String name,
        ModelIds ids,
        Endpoint endpoint,
        KnownModel known,
        int dimensions,
        Prefixes prefixes,
        Limits limits) {

    /**
     * The service that has the model, and the form of its requests.
     *
     * @param url base URL, allowed by {@code embedding.url_allowlist}, without a slash at the end
     * @param apiVersion the {@code api-version} of Azure; unused elsewhere
     * @param pricePerMillionTokens in US dollars: the setting, else the catalog's, else 0
     */
    public record Endpoint(
            String url, Provider provider, String apiVersion, RequestFormat format, double pricePerMillionTokens) {}

    /**
     * How much is sent, how fast, and how patiently.
     *
     * @param inputTokens most tokens of one input, 0 when the service alone decides
     * @param truncate whether longer inputs are cut; they fail otherwise
     * @param requestsPerMinute 0 for unlimited
     * @param tokensPerMinute 0 for unlimited
     * @param timeout for one call
     * @param searchTimeout for all calls that embed one search's text
     * @param breakerFailures calls in a row without an answer after which the service counts as down; 0 for never
     * @param breakerPause after which it is tried again
     * @param ingestTimeout for all calls that embed one bulk request's texts; zero for ever
     * @param linger how long a call of documents that is not full waits for more of them
     */
    public record Limits(
            int inputTokens,
            boolean truncate,
            int batchInputs,
            int batchTokens,
            int requestsPerMinute,
            int tokensPerMinute,
            TimeValue timeout,
            TimeValue searchTimeout,
            TimeValue ingestTimeout,
            int retries,
            int inFlight,
            TimeValue linger,
            int breakerFailures,
            TimeValue breakerPause) {

        static Limits of(ModelResolver settings, KnownModel known) {
            int inputTokens = settings.get(ModelSettings.MAX_INPUT_TOKENS);
            return new Limits(
                    inputTokens > 0 ? inputTokens : known.maxInputTokens(),
                    settings.get(ModelSettings.TRUNCATE),
                    settings.get(ModelSettings.MAX_BATCH_INPUTS),
                    settings.get(ModelSettings.MAX_BATCH_TOKENS),
                    settings.get(ModelSettings.REQUESTS_PER_MINUTE),
                    settings.get(ModelSettings.TOKENS_PER_MINUTE),
                    settings.get(ModelSettings.TIMEOUT),
                    settings.get(ModelSettings.SEARCH_TIMEOUT),
                    settings.get(ModelSettings.INGEST_TIMEOUT),
                    settings.get(ModelSettings.MAX_RETRIES),
                    settings.get(ModelSettings.MAX_IN_FLIGHT),
                    settings.get(ModelSettings.LINGER),
                    settings.get(ModelSettings.BREAKER_FAILURES),
                    settings.get(ModelSettings.BREAKER_PAUSE));
        }

        /** These limits by the names of their settings. */
        public Map<String, Object> byName() {
            Map<String, Object> words = new LinkedHashMap<>();
            words.put("max_input_tokens", inputTokens);
            words.put("truncate", truncate ? "end" : "none");
            words.put("max_batch_inputs", batchInputs);
            words.put("max_batch_tokens", batchTokens);
            words.put("requests_per_minute", requestsPerMinute);
            words.put("tokens_per_minute", tokensPerMinute);
            words.put("timeout", timeout.getStringRep());
            words.put("search_timeout", searchTimeout.getStringRep());
            words.put("ingest_timeout", ingestTimeout.getStringRep());
            words.put("max_retries", retries);
            words.put("max_in_flight", inFlight);
            words.put("linger", linger.getStringRep());
            words.put("breaker_failures", breakerFailures);
            words.put("breaker_pause", breakerPause.getStringRep());
            return words;
        }
    }

    public String id() {
        return ids.document();
    }

    public String queryId() {
        return ids.query();
    }

    public String modelId(Side side) {
        return ids.of(side);
    }

    public double pricePerMillionTokens() {
        return endpoint.pricePerMillionTokens();
    }

    public String url() {
        return endpoint.url();
    }

    /** Whether the service is known to accept {@code dimensions} in the request, and to keep to it. */
    public boolean takesDimensions() {
        return known.family().takesDimensions();
    }

    /** Whether a request for vectors of length {@code wanted}, 0 for any, says so to the service. */
    public boolean sendsDimensions(int wanted) {
        boolean auto = takesDimensions()
                ? wanted != known.dimensions()
                : known.dimensions() == 0 && dimensions > 0; // only the service knows whether it can shorten them
        return wanted > 0
                && switch (endpoint.format().dimensions()) {
                    case AUTO -> auto;
                    case ALWAYS -> true;
                    case NEVER -> false;
                };
    }

    /** Whether newlines become spaces: on the first generation's text models, and never for code. */
    public boolean replacesNewlines(InputType type) {
        return known.family() == Family.TEXT_001 && type == InputType.TEXT;
    }

    /** Name of the encoding that counts this model's tokens; an approximation for models outside OpenAI's table. */
    public String tokenizer() {
        return known.family().tokenizer();
    }
}
