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

    /** How much is sent to the service, how fast, and how long to wait for its replies. */
    public record Limits(Inputs inputs, Batches batches, Rates rates, Timeouts timeouts, Retries retry) {

        /**
         * Limits of one text.
         *
         * @param tokens the most tokens; 0 if only the service limits them
         * @param truncate whether longer texts are cut; otherwise they fail
         */
        public record Inputs(int tokens, boolean truncate) {}

        /**
         * Limits of one call.
         *
         * @param linger how long a call of documents that is not full waits for more of them
         */
        public record Batches(int inputs, int tokens, TimeValue linger) {}

        /** Limits of all calls; 0 a minute for unlimited. */
        public record Rates(int requestsPerMinute, int tokensPerMinute, int inFlight) {}

        /**
         * Limits of time.
         *
         * @param call for one call
         * @param search for all calls that embed one search's text
         * @param ingest for all calls that embed one bulk request's texts; zero for no limit
         */
        public record Timeouts(TimeValue call, TimeValue search, TimeValue ingest) {}

        /**
         * How failures are handled.
         *
         * @param breakerFailures so many calls in a row without a response open the circuit breaker; 0 for never
         * @param breakerPause how long the breaker stays open before the service is tried again
         */
        public record Retries(int retries, int breakerFailures, TimeValue breakerPause) {}

        static Limits of(ModelResolver settings, KnownModel known) {
            int tokens = settings.get(ModelSettings.MAX_INPUT_TOKENS);
            return new Limits(
                    new Inputs(tokens > 0 ? tokens : known.maxInputTokens(), settings.get(ModelSettings.TRUNCATE)),
                    new Batches(
                            settings.get(ModelSettings.MAX_BATCH_INPUTS),
                            settings.get(ModelSettings.MAX_BATCH_TOKENS),
                            settings.get(ModelSettings.LINGER)),
                    new Rates(
                            settings.get(ModelSettings.REQUESTS_PER_MINUTE),
                            settings.get(ModelSettings.TOKENS_PER_MINUTE),
                            settings.get(ModelSettings.MAX_IN_FLIGHT)),
                    new Timeouts(
                            settings.get(ModelSettings.TIMEOUT),
                            settings.get(ModelSettings.SEARCH_TIMEOUT),
                            settings.get(ModelSettings.INGEST_TIMEOUT)),
                    new Retries(
                            settings.get(ModelSettings.MAX_RETRIES),
                            settings.get(ModelSettings.BREAKER_FAILURES),
                            settings.get(ModelSettings.BREAKER_PAUSE)));
        }

        /** These limits by the names of their settings. */
        public Map<String, Object> byName() {
            Map<String, Object> words = new LinkedHashMap<>();
            words.put("max_input_tokens", inputTokens());
            words.put("truncate", truncate() ? "end" : "none");
            words.put("max_batch_inputs", batchInputs());
            words.put("max_batch_tokens", batchTokens());
            words.put("requests_per_minute", requestsPerMinute());
            words.put("tokens_per_minute", tokensPerMinute());
            words.put("timeout", timeout().getStringRep());
            words.put("search_timeout", searchTimeout().getStringRep());
            words.put("ingest_timeout", ingestTimeout().getStringRep());
            words.put("max_retries", retries());
            words.put("max_in_flight", inFlight());
            words.put("linger", linger().getStringRep());
            words.put("breaker_failures", breakerFailures());
            words.put("breaker_pause", breakerPause().getStringRep());
            return words;
        }

        public int inputTokens() {
            return inputs.tokens();
        }

        public boolean truncate() {
            return inputs.truncate();
        }

        public int batchInputs() {
            return batches.inputs();
        }

        public int batchTokens() {
            return batches.tokens();
        }

        public TimeValue linger() {
            return batches.linger();
        }

        public int requestsPerMinute() {
            return rates.requestsPerMinute();
        }

        public int tokensPerMinute() {
            return rates.tokensPerMinute();
        }

        public int inFlight() {
            return rates.inFlight();
        }

        public TimeValue timeout() {
            return timeouts.call();
        }

        public TimeValue searchTimeout() {
            return timeouts.search();
        }

        public TimeValue ingestTimeout() {
            return timeouts.ingest();
        }

        public int retries() {
            return retry.retries();
        }

        public int breakerFailures() {
            return retry.breakerFailures();
        }

        public TimeValue breakerPause() {
            return retry.breakerPause();
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

    /** Whether the service is known to accept {@code dimensions} in the request, and to return as many. */
    public boolean takesDimensions() {
        return known.family().takesDimensions();
    }

    /** Whether a request for vectors of {@code wanted} dimensions, 0 for any, has the parameter {@code dimensions}. */
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
