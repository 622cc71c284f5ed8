/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The path of a field, which it reads from and writes to documents in every notation that OpenSearch indexes alike:
 *
 * <pre>
 * {"a": {"b": 1}}    {"a.b": 1}    {"a": [{"b": 1}, {"b": 2}]}    {"a": {"x": 1}, "a.b": 2}
 * </pre>
 *
 * @param name the full name of the field, such as {@code a.b}
 */
public record DocumentPath(String name) {

    /** The place of a value: an object of the document, and a key in it, which may have dots. */
    private record Slot(Map<String, Object> object, String key, List<Object> steps) {}

    /** All values of the field, including nulls; a list is one value. */
    public List<Object> values(Map<String, Object> document) {
        return slots(document).stream()
                .map(slot -> slot.object().get(slot.key()))
                .toList();
    }

    /** The first value that is not null, or null. */
    public Object value(Map<String, Object> document) {
        return slots(document).stream()
                .map(slot -> slot.object().get(slot.key()))
                .filter(value -> value != null)
                .findFirst()
                .orElse(null);
    }

    /** Whether the document has the field, even with null. */
    public boolean isIn(Map<String, Object> document) {
        return !slots(document).isEmpty();
    }

    /** Whether the document has the field or an object around it, even with null. */
    public boolean touches(Map<String, Object> document) {
        return touches(document, name);
    }

    /**
     * Whether a partial document has an object around the field. Merged with an object, it does not change the field; merged
     * with a list of objects, it replaces the list.
     */
    public boolean mayReplace(Map<String, Object> partial) {
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (partial.get(name.substring(0, dot)) instanceof Map<?, ?>) {
                return true;
            }
        }
        return false;
    }

    private static boolean touches(Map<?, ?> object, String path) {
        if (object.containsKey(path)) {
            return true;
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            String head = path.substring(0, dot);
            boolean inside = object.get(head) instanceof Map<?, ?> inner
                    ? touches(inner, path.substring(dot + 1))
                    : object.containsKey(head);
            if (inside) {
                return true;
            }
        }
        return false;
    }

    /** Removes every value of the field from the document. */
    public boolean remove(Map<String, Object> document) {
        List<Slot> slots = slots(document);
        slots.forEach(slot -> slot.object().remove(slot.key()));
        return !slots.isEmpty();
    }

    /**
     * Sets the only value of the field. A new value is added to the innermost object on the path that exists, in a list of
     * objects to the first. If a value that is no object is in the way, it is added beside that, under a name with dots.
     */
    public void set(Map<String, Object> document, Object value) {
        List<Slot> slots = slots(document);
        Slot slot = slots.isEmpty() ? place(document) : slots.getFirst();
        slots.forEach(other -> other.object().remove(other.key()));
        slot.object().put(slot.key(), value);
    }

    /**
     * Sets the value of the field in a partial document, so that it is the only one once the document is merged.
     *
     * @param merged the partial document merged with the stored one; not changed
     */
    public void set(Map<String, Object> partial, Map<String, Object> merged, Object value) {
        remove(partial);
        List<Slot> slots = slots(merged);
        List<Object> steps = (slots.isEmpty() ? place(copy(merged)) : slots.getFirst()).steps();
        walk(partial, merged, steps, value);
    }

    /** Follows {@code steps}, which are keys and indices, and makes missing objects; lists are copied with all elements. */
    @SuppressWarnings("unchecked")
    private static void walk(Object partial, Object merged, List<Object> steps, Object value) {
        Object step = steps.getFirst();
        if (step instanceof Integer at) {
            walk(((List<Object>) partial).get(at), ((List<Object>) merged).get(at), rest(steps), value);
            return;
        }
        Map<String, Object> object = (Map<String, Object>) partial;
        String key = (String) step;
        if (steps.size() == 1) {
            object.put(key, value);
            return;
        }
        Object below = merged instanceof Map<?, ?> whole ? whole.get(key) : null;
        if (below instanceof List<?> && !(object.get(key) instanceof List<?>)) {
            object.put(key, copyOf(below));
        } else if (!(below instanceof List<?>) && !(object.get(key) instanceof Map<?, ?>)) {
            object.put(key, new LinkedHashMap<>());
        }
        walk(object.get(key), below, rest(steps), value);
    }

    private static List<Object> rest(List<Object> steps) {
        return steps.subList(1, steps.size());
    }

    /** A deep copy of a document. */
    public static Map<String, Object> copy(Map<String, Object> document) {
        Map<String, Object> copy = new LinkedHashMap<>();
        document.forEach((key, value) -> copy.put(key, copyOf(value)));
        return copy;
    }

    @SuppressWarnings("unchecked")
    private static Object copyOf(Object value) {
        if (value instanceof Map<?, ?> object) {
            return copy((Map<String, Object>) object);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            list.forEach(element -> copy.add(copyOf(element)));
            return copy;
        }
        return value;
    }

    private List<Slot> slots(Map<String, Object> document) {
        List<Slot> found = new ArrayList<>();
        find(document, name, List.of(), found);
        return found;
    }

    @SuppressWarnings("unchecked")
    private static void find(Object value, String path, List<Object> steps, List<Slot> found) {
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                find(list.get(i), path, with(steps, i), found);
            }
        }
        if (value instanceof Map<?, ?> object) {
            if (object.containsKey(path)) {
                found.add(new Slot((Map<String, Object>) object, path, with(steps, path)));
            }
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                String head = path.substring(0, dot);
                if (object.get(head) instanceof Map<?, ?> || object.get(head) instanceof List<?>) {
                    find(object.get(head), path.substring(dot + 1), with(steps, head), found);
                }
            }
        }
    }

    private static List<Object> with(List<Object> steps, Object step) {
        List<Object> longer = new ArrayList<>(steps);
        longer.add(step);
        return longer;
    }

    /** The place for a value in a document that has none; missing objects are made. */
    private Slot place(Map<String, Object> document) {
        Slot inside = inside(document, name, List.of());
        Map<String, Object> object = inside.object();
        String key = inside.key();
        List<Object> steps = new ArrayList<>(inside.steps());
        while (key.indexOf('.') > 0 && !isSpelledWithDots(object, key)) {
            String head = key.substring(0, key.indexOf('.'));
            Map<String, Object> made = new HashMap<>();
            object.put(head, made);
            steps.add(head);
            object = made;
            key = key.substring(head.length() + 1);
        }
        steps.add(key);
        return new Slot(object, key, steps);
    }

    /** The innermost existing object on {@code path}, and the rest of the path. */
    @SuppressWarnings("unchecked")
    private static Slot inside(Map<String, Object> object, String path, List<Object> steps) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            String head = path.substring(0, dot);
            String rest = path.substring(dot + 1);
            Object below = object.get(head);
            if (below instanceof Map<?, ?> inner) {
                return inside((Map<String, Object>) inner, rest, with(steps, head));
            }
            if (below instanceof List<?> list) {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof Map<?, ?> inner) {
                        return inside((Map<String, Object>) inner, rest, with(with(steps, head), i));
                    }
                }
            }
        }
        return new Slot(object, path, steps);
    }

    /** Whether the object has a value in the way of {@code path}, or another dotted name with the same start. */
    private static boolean isSpelledWithDots(Map<String, Object> object, String path) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            String head = path.substring(0, dot);
            if (object.containsKey(head) || object.keySet().stream().anyMatch(key -> key.startsWith(head + "."))) {
                return true;
            }
        }
        return false;
    }
}
