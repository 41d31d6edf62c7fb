"""The ground floor: what every noun stands on. Imports nothing of this project but itself."""
