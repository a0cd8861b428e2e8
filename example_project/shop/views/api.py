"""Orders for programs."""

from django.contrib.auth.models import User
from rest_framework.generics import ListAPIView
from rest_framework.serializers import ModelSerializer

from example_project.shop.models import Order


class UserSerializer(ModelSerializer):
    class Meta:
        model = User
        fields = ["email", "first_name", "last_name"]


class OrderSerializer(ModelSerializer):
    user = UserSerializer()

    class Meta:
        model = Order
        fields = ["reference", "status", "user"]


class OrderListAPI(ListAPIView):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer


class FixedOrderListAPI(OrderListAPI):
    queryset = Order.objects.select_related("user")
