package shop

import java.util.UUID

/** An order. */
@Serializable
data class Order<T : Item>(val id: UUID, val items: List<T>) : Base() {
    constructor(id: String) : this(UUID.fromString(id), emptyList()) {
        log(id)
    }

    init { require(items.isNotEmpty()) }

    val total: Int get() { return items.sumOf { it.price } }

    /** Pays it. */
    override suspend fun pay(method: Method = Method.CARD): Receipt {
        return gateway.charge { amount = total }
    }

    fun count() = items.size

    companion object {
        fun empty() = Order<Item>("0")
    }

    inner class Line {
        fun text() = "x"
    }
}

fun <T> List<T>.second(): T { return this[1] }

object Registry {
    fun find(id: Int): Order<*>? = null
}

interface Visitor {
    fun visit(order: Order<*>)
    fun end() {}
}

enum class Method { CARD, CASH }

val double = { x: Int -> x * 2 }
typealias Orders = List<Order<*>>
