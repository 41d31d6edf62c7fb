"""What the payment of an order means here: its entries become 报考成功, or give their seats back."""
