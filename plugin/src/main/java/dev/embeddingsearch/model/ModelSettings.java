/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.opensearch.common.settings.SecureSetting;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.AffixSetting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.settings.SecureString;

/** The settings {@code embedding.model.<name>.*} and the allow-list. */
final class ModelSettings {

    static final String PREFIX = "embedding.model.";
    static final String DEFAULT_URL = "https://api.openai.com/v1";
    static final String DEFAULT_ID = "text-embedding-3-small";

    private static final int MAX_DIMENSIONS = 16_384;
    private static final Property[] DYNAMIC = {Property.Dynamic, Property.NodeScope};

    static final Setting<List<UrlAllowlist.Entry>> URL_ALLOWLIST = Setting.listSetting(
            "embedding.url_allowlist", UrlAllowlist.DEFAULT, UrlAllowlist.Entry::parse, Property.NodeScope);

    static final AffixSetting<SecureString> API_KEY = affix("api_key", key -> SecureSetting.secureString(key, null));

    /** Only the syntax is checked here: OpenSearch would archive a URL that the allow-list of a node refuses. */
    static final AffixSetting<String> URL =
            affix("url", key -> Setting.simpleString(key, DEFAULT_URL, value -> parseUrl(key, value), DYNAMIC));

    static final AffixSetting<String> ID =
            affix("id", key -> string(key, DEFAULT_ID, ModelSettings::requireDocumentId));
    static final AffixSetting<String> QUERY_ID = affix("query_id", key -> string(key, "", value -> {}));
    static final AffixSetting<Integer> DIMENSIONS = integer("dimensions", 0, 0, MAX_DIMENSIONS);
    static final AffixSetting<String> DOCUMENT_PREFIX =
            affix("document_prefix", key -> Setting.simpleString(key, DYNAMIC));
    static final AffixSetting<String> QUERY_PREFIX = affix("query_prefix", key -> Setting.simpleString(key, DYNAMIC));
    static final AffixSetting<Provider> PROVIDER =
            affix("provider", key -> parsed(key, Provider.OPENAI.toString(), Provider::of));
    static final AffixSetting<String> API_VERSION = affix("api_version", key -> string(key, "2024-10-21", value -> {}));
    static final AffixSetting<Integer> MAX_INPUT_TOKENS = integer("max_input_tokens", 0, 0, Integer.MAX_VALUE);
    static final AffixSetting<Boolean> TRUNCATE =
            affix("truncate", key -> parsed(key, "end", ModelSettings::truncates));
    static final AffixSetting<Integer> MAX_BATCH_INPUTS = integer("max_batch_inputs", 2048, 1, 2048);
    static final AffixSetting<Integer> MAX_BATCH_TOKENS = integer("max_batch_tokens", 300_000, 1, Integer.MAX_VALUE);
    static final AffixSetting<Integer> REQUESTS_PER_MINUTE = integer("requests_per_minute", 0, 0, Integer.MAX_VALUE);
    static final AffixSetting<Integer> TOKENS_PER_MINUTE = integer("tokens_per_minute", 0, 0, Integer.MAX_VALUE);
    static final AffixSetting<Double> PRICE =
            affix("price_per_million_tokens", key -> parsed(key, "0", ModelSettings::price));
    static final AffixSetting<TimeValue> TIMEOUT = time("timeout", 30);
    static final AffixSetting<TimeValue> SEARCH_TIMEOUT = time("search_timeout", 10);
    static final AffixSetting<TimeValue> INGEST_TIMEOUT = affix(
            "ingest_timeout", key -> Setting.timeSetting(key, TimeValue.timeValueMinutes(10), TimeValue.ZERO, DYNAMIC));
    static final AffixSetting<Integer> MAX_RETRIES = integer("max_retries", 5, 0, 100);
    static final AffixSetting<Integer> MAX_IN_FLIGHT = integer("max_in_flight", 8, 1, 1024);

    static final AffixSetting<TimeValue> LINGER = affix(
            "linger",
            key -> Setting.timeSetting(
                    key, TimeValue.timeValueMillis(5), TimeValue.ZERO, TimeValue.timeValueSeconds(1), DYNAMIC));

    static final AffixSetting<Integer> BREAKER_FAILURES = integer("breaker_failures", 10, 0, Integer.MAX_VALUE);
    static final AffixSetting<TimeValue> BREAKER_PAUSE = time("breaker_pause", 10);

    static final AffixSetting<RequestFormat.Dimensions> SEND_DIMENSIONS =
            affix("send_dimensions", key -> parsed(key, "auto", RequestFormat.Dimensions::of));
    static final AffixSetting<Boolean> ENCODING_FORMAT =
            affix("encoding_format", key -> parsed(key, "base64", ModelSettings::isFloat));
    static final AffixSetting<Settings> PARAMETERS = ExtraParameters.setting("parameters");
    static final AffixSetting<Settings> DOCUMENT_PARAMETERS = ExtraParameters.setting("document_parameters");
    static final AffixSetting<Settings> QUERY_PARAMETERS = ExtraParameters.setting("query_parameters");

    private ModelSettings() {}

    /** The settings that may change while the node runs. */
    static List<AffixSetting<?>> dynamic() {
        return List.of(
                URL,
                ID,
                QUERY_ID,
                DIMENSIONS,
                DOCUMENT_PREFIX,
                QUERY_PREFIX,
                PROVIDER,
                API_VERSION,
                MAX_INPUT_TOKENS,
                TRUNCATE,
                MAX_BATCH_INPUTS,
                MAX_BATCH_TOKENS,
                REQUESTS_PER_MINUTE,
                TOKENS_PER_MINUTE,
                PRICE,
                TIMEOUT,
                SEARCH_TIMEOUT,
                INGEST_TIMEOUT,
                MAX_RETRIES,
                MAX_IN_FLIGHT,
                LINGER,
                BREAKER_FAILURES,
                BREAKER_PAUSE,
                SEND_DIMENSIONS,
                ENCODING_FORMAT,
                PARAMETERS,
                DOCUMENT_PARAMETERS,
                QUERY_PARAMETERS);
    }

    /** All settings, for registration. */
    static List<Setting<?>> all() {
        List<Setting<?>> all = new ArrayList<>(dynamic());
        all.add(URL_ALLOWLIST);
        all.add(API_KEY);
        return all;
    }

    /** Whether a model of this name has any setting of its own. */
    static boolean anyOf(String name, Settings settings) {
        return dynamic().stream()
                .anyMatch(
                        setting -> setting.getConcreteSettingForNamespace(name).exists(settings));
    }

    /** Checks all URLs among these settings against the allow-list; {@code null}, which removes a URL, is skipped. */
    static void requireAllowedUrls(Settings settings, UrlAllowlist allowlist) {
        for (String key : settings.keySet()) {
            String url = URL.match(key) ? settings.get(key) : null;
            if (url != null) {
                requireAllowed(key, url, allowlist);
            }
        }
    }

    /** Checks a URL against the allow-list, and returns its normal form. */
    static String requireAllowed(String key, String url, UrlAllowlist allowlist) {
        ServiceUrl parsed = parseUrl(key, url);
        if (!allowlist.permits(parsed)) {
            throw new IllegalArgumentException("[" + key + "] is [" + parsed
                    + "], which no entry of [embedding.url_allowlist] permits; add its scheme, host and port to that"
                    + " setting in opensearch.yml of every node");
        }
        return parsed.toString();
    }

    private static ServiceUrl parseUrl(String key, String url) {
        try {
            return ServiceUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[" + key + "] " + e.getMessage(), e);
        }
    }

    private static void requireDocumentId(String id) {
        KnownModel known = ModelCatalog.find(id).orElse(KnownModel.UNKNOWN);
        boolean queryHalf = !known.id().equals(known.queryId())
                && id.toLowerCase(Locale.ROOT).contains(known.queryId());
        if (id.isEmpty() || queryHalf) {
            throw new IllegalArgumentException(
                    id.isEmpty()
                            ? "expected the id of a model, got nothing"
                            : "model [" + id + "] embeds queries only: set [id] to [" + known.id()
                                    + "], its partner for documents; the id for queries follows from it");
        }
    }

    private static boolean truncates(String name) {
        return switch (name) {
            case "end" -> true;
            case "none" -> false;
            default -> throw new IllegalArgumentException("expected [end] or [none], got [" + name + "]");
        };
    }

    private static boolean isFloat(String format) {
        return switch (format) {
            case "float" -> true;
            case "base64" -> false;
            default -> throw new IllegalArgumentException("expected [base64] or [float], got [" + format + "]");
        };
    }

    private static double price(String dollars) {
        try {
            double price = Double.parseDouble(dollars);
            if (price >= 0 && Double.isFinite(price)) {
                return price;
            }
        } catch (NumberFormatException e) {
            // reported below, like every other value that is no price
        }
        throw new IllegalArgumentException("expected a price in US dollars like [0.02], got [" + dollars + "]");
    }

    private static <T> AffixSetting<T> affix(String key, Function<String, Setting<T>> setting) {
        return Setting.affixKeySetting(PREFIX, key, setting);
    }

    private static AffixSetting<Integer> integer(String key, int fallback, int min, int max) {
        return affix(key, full -> Setting.intSetting(full, fallback, min, max, DYNAMIC));
    }

    private static AffixSetting<TimeValue> time(String key, long seconds) {
        TimeValue least = TimeValue.timeValueMillis(1);
        return affix(key, full -> Setting.timeSetting(full, TimeValue.timeValueSeconds(seconds), least, DYNAMIC));
    }

    private static <T> Setting<T> parsed(String key, String fallback, Function<String, T> parser) {
        return new Setting<>(key, fallback, named(key, parser), DYNAMIC);
    }

    /** Checks an id or version, which is part of a request and must have no control characters. */
    private static Setting<String> string(String key, String fallback, Consumer<String> check) {
        return parsed(key, fallback, value -> {
            if (value.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("expected no control characters");
            }
            check.accept(value);
            return value;
        });
    }

    /** Adds the setting's name to the error of its parser. */
    private static <T> Function<String, T> named(String key, Function<String, T> parser) {
        return value -> {
            try {
                return parser.apply(value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("[" + key + "] " + e.getMessage(), e);
            }
        };
    }
}
