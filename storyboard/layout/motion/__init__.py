"""What people do: postures, walking, gestures and looks, in time, as poses of the skeleton."""
