"""The shop in Django's admin."""

from django.contrib import admin

from example_project.shop.models import (
    Category,
    Customer,
    CustomerWithUser,
    Order,
    OrderItem,
    Product,
    Review,
)


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["__str__", "city"]
    show_full_result_count = False


@admin.register(CustomerWithUser)
class FixedCustomerAdmin(CustomerAdmin):
    list_select_related = ["user"]


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    extra = 0
    autocomplete_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["reference", "user", "status", "placed_at"]
    list_filter = ["status"]
    inlines = [OrderItemInline]


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "price", "stock"]
    search_fields = ["name"]


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    list_display = ["product", "author", "stars"]


admin.site.register(Category)
