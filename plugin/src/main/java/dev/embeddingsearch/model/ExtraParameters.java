/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.AffixSetting;
import org.opensearch.common.settings.Settings;

/** Request parameters that only some services know, from settings {@code embedding.model.<name>.<key>.<parameter>}. */
final class ExtraParameters {

    private static final Set<String> OWN = Set.of("model", "input", "dimensions", "encoding_format");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?");

    private ExtraParameters() {}

    static AffixSetting<Settings> setting(String key) {
        Function<String, Setting<Settings>> group = full -> {
            String ofModel = ofModel(full, key);
            return Setting.groupSetting(
                    ofModel + ".",
                    parameters -> check(ofModel, parameters),
                    Setting.Property.Dynamic,
                    Setting.Property.NodeScope);
        };
        return Setting.affixKeySetting(ModelSettings.PREFIX, key, group);
    }

    /** Matches a group of parameters, and the full name of one of them, by which OpenSearch looks the setting up as well. */
    private static String ofModel(String full, String key) {
        int end = full.indexOf('.', ModelSettings.PREFIX.length());
        return end < 0 ? full : full.substring(0, end) + "." + key;
    }

    private static void check(String key, Settings parameters) {
        for (String name : parameters.keySet()) {
            if (!NAME.matcher(name).matches() || OWN.contains(name)) {
                throw new IllegalArgumentException("[" + key + "." + name + "] expects the name of a parameter, without"
                        + " dots and none of " + OWN.stream().sorted().toList() + ", which follow from other settings");
            }
        }
    }

    /** The values as JSON: {@code true}, {@code false}, numbers, and text for everything else. */
    static void addTo(Map<String, Object> all, Settings parameters) {
        for (String name : parameters.keySet()) {
            String value = parameters.get(name);
            if (value != null) {
                all.put(name, value(value));
            }
        }
    }

    private static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (!NUMBER.matcher(text).matches()) {
            return text;
        }
        if (text.indexOf('.') < 0) {
            return Long.valueOf(text);
        }
        return Double.valueOf(text);
    }
}
